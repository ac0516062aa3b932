// SPDX-License-Identifier: Apache-2.0
//
// Writes cofferdam/crypto/test_safe_vectors.h: hashes and signatures of Safe transactions as the
// Safe contracts themselves judge them, on a local chain. Run by hand, not by the tests; needs a
// folder with the npm packages ethers 6, @safe-global/safe-contracts 1.4.1,
// @safe-global/safe-smart-account 1.5.0 and @foundry-rs/anvil-linux-amd64 1.7.1 (the two Safe
// packages in folders of their own):
//
//   node safe_vectors.mjs FOLDER > ../../cofferdam/crypto/test_safe_vectors.h
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const folder = process.argv[2];
const require = createRequire(`${folder}/package.json`);
const { ethers } = require('ethers');
const port = 18545;
const anvil = spawn(`${folder}/anvil/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil`,
                    ['--port', port, '--silent', '--chain-id', '31337']);
const provider = new ethers.JsonRpcProvider(`http://127.0.0.1:${port}`, 31337,
                                            { staticNetwork: true, cacheTimeout: -1 });
for (let i = 0; i < 50; ++i) {
  try { await provider.send('eth_chainId', []); break; } catch { await new Promise(r => setTimeout(r, 100)); }
}
const sender = await provider.getSigner(0);
const roots = {
  '1.4.1': `${folder}/safe-contracts/node_modules/@safe-global/safe-contracts/build/artifacts/contracts`,
  '1.5.0': `${folder}/safe-smart-account/node_modules/@safe-global/safe-smart-account/build/artifacts/contracts`,
};
const zero = ethers.ZeroAddress;
const key = n => new ethers.Wallet(ethers.keccak256(ethers.toUtf8Bytes(`cofferdam test owner ${n}`)));
const keys = [1, 2, 3, 4].map(key);

async function deploy(version, path) {
  const artifact = JSON.parse(readFileSync(`${roots[version]}/${path}`));
  const factory = new ethers.ContractFactory(artifact.abi, artifact.bytecode, sender);
  const contract = await factory.deploy();
  await contract.waitForDeployment();
  return contract;
}

async function newSafe(version, owners, threshold, salt) {
  const s = singletons[version];
  const setup = s.safe.interface.encodeFunctionData('setup',
      [owners, threshold, zero, '0x', await s.handler.getAddress(), zero, 0, zero]);
  const args = [await s.safe.getAddress(), setup, salt];
  const address = await s.factory.createProxyWithNonce.staticCall(...args);
  await (await s.factory.createProxyWithNonce(...args)).wait();
  return new ethers.Contract(address, s.safe.interface, sender);
}

const singletons = {};
for (const version of Object.keys(roots))
  singletons[version] = {
    safe: await deploy(version, 'Safe.sol/Safe.json'),
    factory: await deploy(version, 'proxies/SafeProxyFactory.sol/SafeProxyFactory.json'),
    handler: await deploy(version, 'handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler.json'),
  };

const word = hex => ethers.zeroPadValue(hex, 32).slice(2);
const flip = sig => {
  const s = ethers.Signature.from(sig);
  const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  return s.r.slice(2) + ethers.toBeHex(n - BigInt(s.s), 32).slice(2) + (s.v === 27 ? '1c' : '1b');
};
const pack = parts => {
  parts.sort((a, b) => BigInt(a.owner) < BigInt(b.owner) ? -1 : 1);
  let fixed = '', tail = '';
  for (const p of parts) {
    if (p.contract !== undefined) {
      fixed += word(p.owner) + word(ethers.toBeHex(parts.length * 65 + tail.length / 2)) + '00';
      tail += word(ethers.toBeHex(p.contract.length / 2)) + p.contract;
    } else fixed += p.bytes;
  }
  return fixed + tail;
};

const cases = [];
for (const version of Object.keys(roots)) {
  const nested = await newSafe(version, [keys[2].address, keys[3].address], 2, 7);
  const nestedAddress = await nested.getAddress();
  const owners = [keys[0].address, keys[1].address, await sender.getAddress(), nestedAddress];
  const safe = await newSafe(version, owners, 3, 1);
  const token = '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48';
  const transfer = new ethers.Interface(['function transfer(address,uint256)'])
      .encodeFunctionData('transfer', ['0x00000000219ab540356cBB839Cbe05303d7705Fa', 1234567890n]);
  const txs = [
    { to: '0x00000000219ab540356cBB839Cbe05303d7705Fa', value: 10n ** 18n, data: '0x', operation: 0 },
    { to: token, value: 0n, data: transfer, operation: 0 },
    { to: token, value: 2n ** 256n - 1n, data: '0x' + 'ab'.repeat(77), operation: 1, safeTxGas: 3n ** 100n,
      baseGas: 45000n, gasPrice: 7n, gasToken: token, refundReceiver: keys[0].address },
  ];
  for (const [index, tx] of txs.entries()) {
    const t = { safeTxGas: 0n, baseGas: 0n, gasPrice: 0n, gasToken: zero, refundReceiver: zero,
                nonce: BigInt(index * 1000), ...tx };
    const args = [t.to, t.value, t.data, t.operation, t.safeTxGas, t.baseGas, t.gasPrice, t.gasToken,
                  t.refundReceiver, t.nonce];
    const digest = await safe.getTransactionHash(...args);
    const domain = await safe.domainSeparator();
    const preimage = version === '1.4.1' ? await safe.encodeTransactionData(...args)
                                         : null;
    await (await safe.approveHash(digest)).wait();
    const ecdsa = k => k.signingKey.sign(digest).serialized.slice(2);
    const personal = async k => {
      const s = ethers.Signature.from(await k.signMessage(ethers.getBytes(digest)));
      return s.r.slice(2) + s.s.slice(2) + ethers.toBeHex(s.v + 4).slice(2);
    };
    const inner = version === '1.4.1' ? preimage : digest;
    const handler = new ethers.Contract(nestedAddress, singletons[version].handler.interface, provider);
    const innerHash = await handler.getMessageHash(inner);
    const innerSignature = pack([keys[2], keys[3]].map(
        k => ({ owner: k.address, bytes: k.signingKey.sign(innerHash).serialized.slice(2) })));
    const part = {
      e0: { owner: keys[0].address, bytes: ecdsa(keys[0]) },
      e1: { owner: keys[1].address, bytes: ecdsa(keys[1]) },
      e9: { owner: keys[2].address, bytes: ecdsa(keys[2]) },
      p0: { owner: keys[0].address, bytes: await personal(keys[0]) },
      approved: { owner: owners[2], bytes: word(owners[2]) + word('0x00') + '01' },
      unapproved: { owner: keys[1].address, bytes: word(keys[1].address) + word('0x00') + '01' },
      contract: { owner: nestedAddress, contract: innerSignature },
      wrong: { owner: nestedAddress, contract: innerSignature.slice(0, 130) + '00'.repeat(65) },
      high: { owner: keys[0].address, bytes: flip('0x' + ecdsa(keys[0])) },
    };
    const sorted = pack([part.e0, part.e1, part.approved]);
    const sets = {
      three_kinds: pack([part.e0, part.e1, part.approved]),
      personal_and_contract: pack([part.p0, part.e1, part.contract]),
      four_kinds: pack([part.p0, part.e1, part.approved, part.contract]),
      not_an_owner: pack([part.e0, part.e1, part.e9]),
      duplicate: pack([part.e0, part.e0, part.e1]),
      unsorted: sorted.slice(130, 260) + sorted.slice(0, 130) + sorted.slice(260),
      not_approved: pack([part.e0, part.unapproved, part.contract]),
      contract_refuses: pack([part.e0, part.e1, part.wrong]),
      high_s: pack([part.high, part.e1, part.approved]),
    };
    // Another sender than the one whose approval is tested.
    const other = new ethers.JsonRpcSigner(provider, (await provider.listAccounts())[5].address);
    const asked = {};
    for (const [name, bytes] of Object.entries(sets)) {
      const data = version === '1.4.1' ? preimage : '0x';
      try {
        await safe.connect(other)['checkSignatures(bytes32,bytes,bytes)'](digest, data, '0x' + bytes);
        asked[name] = true;
      } catch { asked[name] = false; }
    }
    cases.push({ version, chain: 31337, safe: await safe.getAddress(), nested: nestedAddress, owners,
                 nestedOwners: [keys[2].address, keys[3].address], t, digest, domain, preimage, sets, asked });
  }
}
anvil.kill();

const out = [];
out.push(`// SPDX-License-Identifier: Apache-2.0
//
// Safe transactions as the contracts of Safe 1.4.1 and 1.5.0 hash and judge them, on a local chain
// (anvil 1.7.1, ethers ${ethers.version}). Written by tests/oracle/safe_vectors.mjs; do not edit.
#pragma once

#include <array>
#include <string_view>
#include <vector>

namespace cofferdam::crypto::test {

struct SafeVectorSet {
  std::string_view name;
  std::string_view signatures;
  bool accepted;  // by the contract
};

struct SafeVector {
  std::string_view version;
  std::string_view chain_id;
  std::string_view safe;
  std::vector<std::string_view> owners;  // threshold 3; the third has approved on the chain
  std::string_view nested;               // the fourth owner, a Safe of two owners, threshold 2
  std::array<std::string_view, 2> nested_owners;
  std::array<std::string_view, 10> transaction;  // in the order of SafeTx
  std::string_view domain;
  std::string_view digest;
  std::vector<SafeVectorSet> sets;
};

// clang-format off
inline const std::vector<SafeVector> kSafeVectors{`);
const q = s => {
  const text = String(s);
  const lines = text.match(/.{1,86}/gs) ?? [''];
  return lines.map(line => `"${line}"`).join('\n      ');
};
for (const c of cases) {
  const t = c.t;
  out.push(`  {${q(c.version)}, ${q(c.chain)}, ${q(c.safe)},
   {${c.owners.map(q).join(',\n    ')}},
   ${q(c.nested)},
   {${c.nestedOwners.map(q).join(', ')}},
   {${[t.to, t.value, t.data, t.operation, t.safeTxGas, t.baseGas, t.gasPrice, t.gasToken, t.refundReceiver, t.nonce].map(q).join(',\n    ')}},
   ${q(c.domain)},
   ${q(c.digest)},
   {${Object.entries(c.sets).map(([n, b]) => `{${q(n)},\n      ${q('0x' + b)}, ${c.asked[n]}}`).join(',\n    ')}}},`);
}
out.push(`};
// clang-format on

}  // namespace cofferdam::crypto::test`);
console.log(out.join('\n'));
process.exit(0);
