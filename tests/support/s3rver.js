// SPDX-License-Identifier: Apache-2.0
// An S3 server that verifies signatures, on a free port of 127.0.0.1. Keys come through the
// environment: ACCESS_KEY and SECRET_KEY. Arguments: folder of node modules, folder of data, bucket.
'use strict';
const [modules, data, bucket] = process.argv.slice(2);
const server = require(modules + '/@20minutes/s3rver');
const Account = require(modules + '/@20minutes/s3rver/lib/models/account');

Account.registry.clear();
new Account(1, 'test').createKeyPair(process.env.ACCESS_KEY, process.env.SECRET_KEY);
const running = new server({
  address: '127.0.0.1',
  port: 0,
  directory: data,
  silent: true,
  configureBuckets: [{name: bucket, configs: []}],
});
running.run((error, address) => {
  if (error) {
    throw error;
  }
  console.log('listening ' + address.port);
});
