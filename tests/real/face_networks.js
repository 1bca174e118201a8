// SPDX-License-Identifier: Apache-2.0
// Two real face networks from npm behind extraction-api's protocol, for a test run on demand.
//   node face_networks.js crops MODULES FOLDER    faces of the sample photos, each in four spellings
//   node face_networks.js serve MODULES resnet_128|faceres_1024    says `listening PORT`
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');

const [action, modules, what] = process.argv.slice(2);
const from = (name) => path.join(modules, name);
const tf = require(from('@tensorflow/tfjs'));
const wasm = require(from('@tensorflow/tfjs-backend-wasm'));
const sharp = require(from('sharp'));
const faceapi = require(from('@vladmandic/face-api/dist/face-api.node-wasm.js'));

async function begin() {
  wasm.setWasmPaths(from('@tensorflow/tfjs-backend-wasm/dist/'));
  await tf.setBackend('wasm');
  await faceapi.tf.setBackend('wasm');
  await tf.ready();
  await faceapi.tf.ready();
}

/// Pixels 0..255 as a tensor [side, side, 3], or of the image's own size.
async function pixels(kit, bytes, side) {
  let image = sharp(bytes).removeAlpha().toColourspace('srgb');
  if (side) image = image.resize(side, side, {fit: 'fill'});
  const {data, info} = await image.raw().toBuffer({resolveWithObject: true});
  return kit.tensor3d(new Int32Array(data), [info.height, info.width, info.channels], 'int32');
}

async function resnet() {
  await faceapi.nets.faceRecognitionNet.loadFromDisk(from('@vladmandic/face-api/model'));
  return async (bytes) => {
    const input = await pixels(faceapi.tf, bytes, 150);
    const facen = await faceapi.computeFaceDescriptor(input);
    input.dispose();
    return facen;
  };
}

async function faceres() {
  const json = JSON.parse(fs.readFileSync(from('@vladmandic/human/models/faceres.json')));
  const weights = fs.readFileSync(from('@vladmandic/human/models/faceres.bin'));
  const model = await tf.loadGraphModel(tf.io.fromMemory({
    modelTopology: json.modelTopology, format: json.format, signature: json.signature,
    weightSpecs: json.weightsManifest[0].weights,
    weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.length)}));
  return async (bytes) => {
    const input = await pixels(tf, bytes, 224);
    const facen = tf.tidy(() => model.execute(tf.expandDims(tf.cast(input, 'float32'), 0), 'global_pooling/Mean').dataSync());
    input.dispose();
    return facen;
  };
}

function base64Unit(values) {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeFloatLE(value / length, 4 * i));
  return bytes.toString('base64');
}

/// Parts of multipart/form-data by name.
function partsOf(type, body) {
  const boundary = Buffer.from('\r\n--' + /boundary="?([^";]+)/.exec(type)[1]);
  const whole = Buffer.concat([Buffer.from('\r\n'), body]);
  const parts = new Map();
  for (let at = whole.indexOf(boundary); ;) {
    const next = whole.indexOf(boundary, at + boundary.length);
    if (next < 0) return parts;
    const part = whole.subarray(at + boundary.length + 2, next);
    const head = part.indexOf('\r\n\r\n');
    parts.set(/name="([^"]+)"/.exec(part.subarray(0, head).toString())[1], part.subarray(head + 4));
    at = next;
  }
}

async function answer(network, type, body) {
  const parts = partsOf(type, body);
  const responses = [];
  for (const one of JSON.parse(parts.get('request')).requests) {
    try {
      const facen = base64Unit(Array.from(await network(parts.get(one.image.replace('multipart:', '')))));
      responses.push({faces: [{bbox: {left: 0, top: 0, right: 1, bottom: 1}, detection_score: 0, facen}]});
    } catch (error) {
      responses.push({faces: [], error: {code: 'IMAGE_DECODING_FAILED', desc: String(error)}});
    }
  }
  return JSON.stringify({responses});
}

async function serve() {
  const network = await {resnet_128: resnet, faceres_1024: faceres}[what]();
  let before = Promise.resolve();  // one request after the other: the networks have one thread
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      before = before.then(() => answer(network, request.headers['content-type'], Buffer.concat(chunks)))
          .then((text) => response.end(text), () => { response.statusCode = 400; response.end(); });
    });
  });
  server.listen(0, '127.0.0.1', () => console.log('listening ' + server.address().port));
}

/// Of each face: as it is, mirrored, recompressed, and cut a little wider.
async function crops() {
  await faceapi.nets.ssdMobilenetv1.loadFromDisk(from('@vladmandic/face-api/model'));
  const demo = from('@vladmandic/face-api/demo');
  let face = 0;
  for (const name of fs.readdirSync(demo).filter((one) => /^sample\d\.jpg$/.test(one)).sort()) {
    const bytes = fs.readFileSync(path.join(demo, name));
    const input = await pixels(faceapi.tf, bytes);
    const [height, width] = input.shape;
    for (const {box} of await faceapi.detectAllFaces(input, new faceapi.SsdMobilenetv1Options({minConfidence: 0.5}))) {
      const cut = (more) => {
        const left = Math.max(0, Math.round(box.x - more * box.width));
        const top = Math.max(0, Math.round(box.y - more * box.height));
        return sharp(bytes).extract({left, top, width: Math.min(width - left, Math.round(box.width * (1 + 2 * more))),
                                     height: Math.min(height - top, Math.round(box.height * (1 + 2 * more)))});
      };
      await cut(0).png().toFile(path.join(what, `${face}_plain.png`));
      await cut(0).flop().png().toFile(path.join(what, `${face}_mirror.png`));
      await cut(0).jpeg({quality: 60}).toFile(path.join(what, `${face}_jpeg.jpg`));
      await cut(0.05).png().toFile(path.join(what, `${face}_wider.png`));
      face += 1;
    }
    input.dispose();
  }
  console.log(`faces ${face}`);
}

begin().then(action === 'crops' ? crops : serve).catch((error) => { console.error(error); process.exit(1); });
