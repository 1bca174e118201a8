# SPDX-License-Identifier: Apache-2.0
"""Starts the double of extraction-api, for tests and measurements in Python."""
import subprocess


class ExtractionDouble:
    """A process that ends with this one; `url` is where it listens."""

    def __init__(self, program, *arguments, pass_fds=()):
        self.process = subprocess.Popen([program, "--exit-with-parent", *arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True, pass_fds=pass_fds)
        # It says where it listens once it does.
        said = self.process.stdout.readline().split()
        if len(said) != 2 or said[0] != "listening":
            self.stop()
            raise RuntimeError(f"the extraction double did not come up: {said}")
        self.url = f"http://{said[1]}"

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
