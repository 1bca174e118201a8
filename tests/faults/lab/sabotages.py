# SPDX-License-Identifier: Apache-2.0
"""All deliberate bugs, by what they spoil."""
from lab import sabotages_disk, sabotages_dumps, sabotages_services

SABOTAGES = sabotages_disk.SABOTAGES + sabotages_services.SABOTAGES + sabotages_dumps.SABOTAGES
