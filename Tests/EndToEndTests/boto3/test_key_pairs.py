"""Key pairs: material, formats, fingerprints."""

import base64
import hashlib
import unittest

from certificates import OTHER_KEY
from support import TestCase, client, error, error_code, image_id

# ssh-keygen -t rsa -b 2048; MD5 of `ssh-keygen -e -m PKCS8 | openssl pkey -pubin -outform DER`.
RSA_PUBLIC = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCwjzN9s4m8uDYzsKqj3RPnRzB4mCi2+c2j8QeIfKvlFHdg9TVf/6FizexPbU8+hkRMSi337x28WqelLODLNVJ3YEtrbInY9iqApcGoek3hTT5QoQFPBTgqcT7Up/aU75fs0L04d5BrmzFg+5PN35YNMPb+efBMafxLhDSgVLgnwYGDoNTsv9Y0AfoF3Jo2eBSteETQsVCWGc9Ys4rJKwKusVAbJiAJ6OBfyuU5Z/Ek3We6ku8gYy8XT9tRqz51KzNxGUmCqlrZZGDrL4c38QzEY/tB4Dw0w0Hx2g6SJ+Q461EhYH52pSKlHMPCpiH/1akmyZhx7WF661YHmffw7CzZ me@example.com"
RSA_MD5 = "76:35:8b:e9:25:eb:3e:28:a3:28:54:3f:9f:6f:13:d9"
ED_PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIADr/wDT16rsTsYwkTHmgY1bfmyPf5LYhS3ktdTJC+MQ me@example.com"


def der_length(data, at):
    first = data[at]
    if first < 0x80:
        return first, at + 1
    count = first & 0x7F
    return int.from_bytes(data[at + 1:at + 1 + count], "big"), at + 1 + count


def der_integers(data):
    """The integers of a DER sequence."""
    length, at = der_length(data, 1)
    numbers = []
    while at < len(data):
        assert data[at] == 2
        length, at = der_length(data, at + 1)
        numbers.append(int.from_bytes(data[at:at + length], "big"))
        at += length
    return numbers


def pem_bytes(text):
    return base64.b64decode("".join(text.splitlines()[1:-1]))


class KeyPairs(TestCase):
    def setUp(self):
        self.ec2 = client("ec2")

    def tearDown(self):
        for pair in self.ec2.describe_key_pairs()["KeyPairs"]:
            self.ec2.delete_key_pair(KeyPairId=pair["KeyPairId"])

    def test_a_created_rsa_key_is_a_key_of_2048_bits(self):
        pair = self.ec2.create_key_pair(KeyName="lab")
        self.assertTrue(pair["KeyMaterial"].startswith("-----BEGIN RSA PRIVATE KEY-----\n"))
        der = pem_bytes(pair["KeyMaterial"])
        version, n, e, d, p, q, dp, dq, qinv = der_integers(der)
        self.assertEqual((version, e, n.bit_length(), p * q), (0, 65537, 2048, n))
        for prime in (p, q):
            self.assertEqual(pow(7, prime - 1, prime), 1)
        self.assertEqual(d * e % ((p - 1) * (q - 1)), 1)
        self.assertEqual((dp, dq, qinv), (d % (p - 1), d % (q - 1), pow(q, -1, p)))
        self.assertEqual(pow(pow(4711, e, n), d, n), 4711)
        # The fingerprint is the SHA-1 of the key in PKCS #8.
        octets = b"\x04\x82" + len(der).to_bytes(2, "big") + der
        body = b"\x02\x01\x00" + bytes.fromhex("300d06092a864886f70d0101010500") + octets
        pkcs8 = b"\x30\x82" + len(body).to_bytes(2, "big") + body
        digest = hashlib.sha1(pkcs8).hexdigest()
        self.assertEqual(pair["KeyFingerprint"], ":".join(digest[i:i + 2] for i in range(0, 40, 2)))

    def test_every_created_key_is_another(self):
        first = self.ec2.create_key_pair(KeyName="first")
        second = self.ec2.create_key_pair(KeyName="second")
        self.assertNotEqual(first["KeyMaterial"], second["KeyMaterial"])

    def test_a_created_ed25519_key_is_in_openssh_format(self):
        pair = self.ec2.create_key_pair(KeyName="ed", KeyType="ed25519")
        self.assertTrue(pair["KeyMaterial"].startswith("-----BEGIN OPENSSH PRIVATE KEY-----\n"))
        self.assertTrue(pem_bytes(pair["KeyMaterial"]).startswith(b"openssh-key-v1\0"))
        shown = self.ec2.describe_key_pairs(KeyNames=["ed"], IncludePublicKey=True)["KeyPairs"][0]
        kind, blob, comment = shown["PublicKey"].split()
        self.assertEqual((kind, comment, shown["KeyType"]), ("ssh-ed25519", "ed", "ed25519"))
        digest = hashlib.sha256(base64.b64decode(blob)).digest()
        self.assertEqual(pair["KeyFingerprint"], base64.b64encode(digest).decode())

    def test_putty_format(self):
        pair = self.ec2.create_key_pair(KeyName="putty", KeyFormat="ppk")
        lines = pair["KeyMaterial"].splitlines()
        self.assertEqual(lines[:3], ["PuTTY-User-Key-File-2: ssh-rsa", "Encryption: none", "Comment: putty"])

    def test_imported_keys_have_their_fingerprints(self):
        pair = self.ec2.import_key_pair(KeyName="mine", PublicKeyMaterial=RSA_PUBLIC.encode())
        self.assertEqual(pair["KeyFingerprint"], RSA_MD5)
        pair = self.ec2.import_key_pair(
            KeyName="ed", PublicKeyMaterial=ED_PUBLIC.encode(),
            TagSpecifications=[{"ResourceType": "key-pair", "Tags": [{"Key": "a", "Value": "b"}]}])
        digest = hashlib.sha256(base64.b64decode(ED_PUBLIC.split()[1])).digest()
        self.assertEqual(pair["KeyFingerprint"], base64.b64encode(digest).decode())
        found = self.ec2.describe_key_pairs(Filters=[{"Name": "tag:a", "Values": ["b"]}])["KeyPairs"]
        self.assertEqual([p["KeyName"] for p in found], ["ed"])

    def test_what_cannot_be_imported(self):
        self.assertEqual(
            error(self.ec2.import_key_pair, KeyName="bad", PublicKeyMaterial=b"not a key"),
            {"Code": "InvalidKey.Format", "Message": "Key is not in valid OpenSSH public key format"})
        self.ec2.import_key_pair(KeyName="twice", PublicKeyMaterial=ED_PUBLIC.encode())
        self.assertEqual(
            error_code(self.ec2.import_key_pair, KeyName="twice", PublicKeyMaterial=ED_PUBLIC.encode()),
            "InvalidKeyPair.Duplicate")

    def test_deleting_what_is_not_there_succeeds(self):
        self.ec2.delete_key_pair(KeyName="nobody")
        self.assertEqual(
            error(self.ec2.describe_key_pairs, KeyNames=["nobody"]),
            {"Code": "InvalidKeyPair.NotFound", "Message": "The key pair 'nobody' does not exist"})

    def test_the_password_of_windows(self):
        """Once Windows has set itself up, the key pair's owner reads the administrator's password."""
        modulus, public, private = der_integers(pem_bytes(OTHER_KEY))[1:4]
        parts = [b"ssh-rsa", public.to_bytes(3, "big"), b"\0" + modulus.to_bytes(128, "big")]
        line = b"ssh-rsa " + base64.b64encode(b"".join(len(part).to_bytes(4, "big") + part for part in parts))
        self.ec2.import_key_pair(KeyName="windows", PublicKeyMaterial=line)
        image = image_id(self.ec2, "Windows_Server-2022-English-Full-Base-*")
        launched = self.ec2.run_instances(ImageId=image, InstanceType="t3.large", MinCount=1, MaxCount=1, KeyName="windows")
        instance = launched["Instances"][0]["InstanceId"]
        self.ec2.get_waiter("password_data_available").wait(InstanceId=instance, WaiterConfig={"Delay": 1, "MaxAttempts": 5})
        data = self.ec2.get_password_data(InstanceId=instance)["PasswordData"]
        sealed = int.from_bytes(base64.b64decode(data), "big")
        block = pow(sealed, private, modulus).to_bytes(128, "big")
        self.assertEqual(block[:2], b"\x00\x02")
        self.assertRegex(block[block.index(b"\x00", 2) + 1:].decode(), r"^[!-~]{32}$")

    def test_a_launch_wants_a_key_pair_that_is_there(self):
        self.assertEqual(
            error(self.ec2.run_instances, ImageId=image_id(self.ec2), MinCount=1, MaxCount=1, KeyName="nobody"),
            {"Code": "InvalidKeyPair.NotFound", "Message": "The key pair 'nobody' does not exist"})


if __name__ == "__main__":
    unittest.main()
