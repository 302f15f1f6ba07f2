"""AWS KMS: keys, aliases and the round trip of what they encrypt."""

import json
import unittest

from support import TestCase, client, error, error_code


class Keys(TestCase):
    counter = 0

    def setUp(self):
        self.kms = client("kms")
        Keys.counter += 1
        self.alias = f"alias/app{Keys.counter}"

    def key(self, **parameters):
        return self.kms.create_key(**parameters)["KeyMetadata"]

    def test_life(self):
        """A key is made, described, switched off and deleted after its waiting period."""
        made = self.key(Description="App", Tags=[{"TagKey": "Team", "TagValue": "blue"}])
        self.assertRegex(made["KeyId"], r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertEqual(
            (made["KeyState"], made["KeyUsage"], made["KeySpec"], made["KeyManager"], made["EncryptionAlgorithms"]),
            ("Enabled", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "CUSTOMER", ["SYMMETRIC_DEFAULT"]),
        )
        name = {"KeyId": made["KeyId"]}
        self.assertIn(made["Arn"], [item["KeyArn"] for item in self.kms.list_keys()["Keys"]])
        self.kms.update_key_description(**name, Description="Other")
        self.assertEqual(self.kms.describe_key(KeyId=made["Arn"])["KeyMetadata"]["Description"], "Other")
        self.kms.disable_key(**name)
        self.assertEqual(error_code(self.kms.encrypt, **name, Plaintext=b"x"), "DisabledException")
        self.kms.enable_key(**name)
        self.assertEqual(self.kms.schedule_key_deletion(**name, PendingWindowInDays=7)["KeyState"], "PendingDeletion")
        refused = error(self.kms.encrypt, **name, Plaintext=b"x")
        self.assertEqual(
            (refused["Code"], refused["Message"]), ("KMSInvalidStateException", f"{made['Arn']} is pending deletion.")
        )
        self.kms.cancel_key_deletion(**name)
        self.assertEqual(self.kms.describe_key(**name)["KeyMetadata"]["KeyState"], "Disabled")

    def test_missing(self):
        """What is not there is said in AWS's words."""
        unknown = "00000000-0000-4000-8000-000000000000"
        root = "arn:aws:kms:us-east-1:123456789012"
        for name, message in [
            (unknown, f"Key '{root}:key/{unknown}' does not exist"),
            ("alias/nothing", f"Alias {root}:alias/nothing is not found."),
            ("nothing", "Invalid keyId 'nothing'"),
        ]:
            refused = error(self.kms.describe_key, KeyId=name)
            self.assertEqual((refused["Code"], refused["Message"]), ("NotFoundException", message))

    def test_aliases(self):
        """An alias stands for a key, and AWS's own are there."""
        first, second = self.key()["KeyId"], self.key()["KeyId"]
        self.kms.create_alias(AliasName=self.alias, TargetKeyId=first)
        refused = error(self.kms.create_alias, AliasName=self.alias, TargetKeyId=first)
        self.assertEqual(refused["Code"], "AlreadyExistsException")
        self.assertEqual(self.kms.describe_key(KeyId=self.alias)["KeyMetadata"]["KeyId"], first)
        self.kms.update_alias(AliasName=self.alias, TargetKeyId=second)
        self.assertEqual(self.kms.describe_key(KeyId=self.alias)["KeyMetadata"]["KeyId"], second)
        listed = self.kms.list_aliases(KeyId=second)["Aliases"]
        self.assertEqual([item["AliasName"] for item in listed], [self.alias])
        self.kms.delete_alias(AliasName=self.alias)
        self.assertEqual(error_code(self.kms.delete_alias, AliasName=self.alias), "NotFoundException")
        managed = self.kms.describe_key(KeyId="alias/aws/ebs")["KeyMetadata"]
        self.assertEqual(managed["KeyManager"], "AWS")
        self.assertEqual(self.kms.describe_key(KeyId=managed["KeyId"])["KeyMetadata"]["Arn"], managed["Arn"])
        self.assertIn("alias/aws/ssm", [item["AliasName"] for item in self.kms.list_aliases()["Aliases"]])
        self.assertEqual(error_code(self.kms.create_alias, AliasName="app", TargetKeyId=first), "ValidationException")
        self.assertEqual(
            error_code(self.kms.create_alias, AliasName="alias/aws/mine", TargetKeyId=first), "NotAuthorizedException"
        )

    def test_round_trip(self):
        """A ciphertext opens with its key and its context only."""
        key, other = self.key()["KeyId"], self.key()["KeyId"]
        context = {"purpose": "test", "lab": "1"}
        sealed = self.kms.encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext=context)
        blob = sealed["CiphertextBlob"]
        self.assertNotIn(b"secret", blob)
        opened = self.kms.decrypt(CiphertextBlob=blob, EncryptionContext=dict(reversed(context.items())))
        self.assertEqual((opened["Plaintext"], opened["KeyId"]), (b"secret", sealed["KeyId"]))
        self.assertEqual(error_code(self.kms.decrypt, CiphertextBlob=blob), "InvalidCiphertextException")
        damaged = blob[:-1] + bytes([blob[-1] ^ 1])
        for wrong in [damaged, b"x", blob[:20]]:
            code = error_code(self.kms.decrypt, CiphertextBlob=wrong, EncryptionContext=context)
            self.assertEqual(code, "InvalidCiphertextException")
        self.assertEqual(
            error_code(self.kms.decrypt, CiphertextBlob=blob, EncryptionContext=context, KeyId=other),
            "IncorrectKeyException",
        )
        again = self.kms.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext=context, DestinationKeyId=other)
        self.assertEqual(self.kms.decrypt(CiphertextBlob=again["CiphertextBlob"])["Plaintext"], b"secret")
        self.assertEqual(error_code(self.kms.encrypt, KeyId=key, Plaintext=b"x", DryRun=True), "DryRunOperationException")

    def test_data_keys(self):
        """A data key comes with its ciphertext; random bytes differ."""
        key = self.key()["KeyId"]
        made = self.kms.generate_data_key(KeyId=key, KeySpec="AES_256")
        self.assertEqual(len(made["Plaintext"]), 32)
        self.assertEqual(self.kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"], made["Plaintext"])
        self.assertNotIn("Plaintext", self.kms.generate_data_key_without_plaintext(KeyId=key, NumberOfBytes=24))
        self.assertEqual(error_code(self.kms.generate_data_key, KeyId=key), "ValidationException")
        one, two = (self.kms.generate_random(NumberOfBytes=16)["Plaintext"] for _ in range(2))
        self.assertNotEqual(one, two)

    def test_policies_and_tags(self):
        """A key has one policy, tags, and is rotated if asked to be."""
        made = self.key()
        name = {"KeyId": made["KeyId"]}
        document = json.loads(self.kms.get_key_policy(**name)["Policy"])
        self.assertEqual(document["Statement"][0]["Principal"]["AWS"], "arn:aws:iam::123456789012:root")
        self.assertEqual(self.kms.list_key_policies(**name)["PolicyNames"], ["default"])
        document["Statement"][0]["Sid"] = "Changed"
        self.kms.put_key_policy(**name, Policy=json.dumps(document))
        self.assertEqual(json.loads(self.kms.get_key_policy(**name, PolicyName="default")["Policy"]), document)
        self.assertEqual(error_code(self.kms.put_key_policy, **name, Policy="{"), "MalformedPolicyDocumentException")
        statement = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:role/none"}, "Action": "kms:*", "Resource": "*"}
        said = error(self.kms.put_key_policy, **name, Policy=json.dumps({**document, "Statement": [statement]}))
        self.assertEqual(said["Message"], "Policy contains a statement with one or more invalid principals.")
        statement = {**document["Statement"][0], "Action": "kms:Decrypt"}
        text = json.dumps({**document, "Statement": [statement]})
        said = error(self.kms.put_key_policy, **name, Policy=text)
        self.assertEqual(
            (said["Code"], said["Message"]),
            ("MalformedPolicyDocumentException",
             "The new key policy will not allow you to update the key policy in the future."))
        self.kms.put_key_policy(**name, Policy=text, BypassPolicyLockoutSafetyCheck=True)
        self.kms.create_alias(AliasName="alias/managed", TargetKeyId=made["KeyId"])
        self.assertEqual(error_code(self.kms.get_key_rotation_status, KeyId="alias/managed"), "NotFoundException")
        self.assertEqual(self.kms.describe_key(KeyId="alias/managed")["KeyMetadata"]["KeyId"], made["KeyId"])
        self.kms.tag_resource(**name, Tags=[{"TagKey": "A", "TagValue": "1"}, {"TagKey": "B", "TagValue": "2"}])
        self.kms.untag_resource(**name, TagKeys=["A"])
        self.assertEqual(self.kms.list_resource_tags(**name)["Tags"], [{"TagKey": "B", "TagValue": "2"}])
        self.assertFalse(self.kms.get_key_rotation_status(**name)["KeyRotationEnabled"])
        signing = self.key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyId"]
        self.assertFalse(self.kms.get_key_rotation_status(KeyId=signing)["KeyRotationEnabled"])
        self.assertEqual(error_code(self.kms.enable_key_rotation, KeyId=signing), "UnsupportedOperationException")
        primary = self.key(MultiRegion=True)
        self.assertEqual(
            primary["MultiRegionConfiguration"],
            {
                "MultiRegionKeyType": "PRIMARY", "ReplicaKeys": [],
                "PrimaryKey": {"Arn": primary["Arn"], "Region": "us-east-1"},
            },
        )
        self.kms.enable_key_rotation(**name, RotationPeriodInDays=180)
        self.assertEqual(self.kms.get_key_rotation_status(**name)["RotationPeriodInDays"], 180)
        self.kms.disable_key_rotation(**name)
        self.assertEqual(self.kms.list_key_rotations(**name)["Rotations"], [])
        self.assertEqual(self.key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyUsage"], "SIGN_VERIFY")
        self.assertEqual(error_code(self.kms.create_key, KeySpec="ECC_NIST_P256"), "ValidationException")

    def test_grants(self):
        """A grant is listed until it is revoked or retired."""
        name = {"KeyId": self.key()["KeyId"]}
        who = "arn:aws:iam::123456789012:role/app"
        grants = [
            self.kms.create_grant(**name, GranteePrincipal=who, RetiringPrincipal=who, Operations=["Decrypt"])
            for _ in range(2)
        ]
        self.assertEqual(len(self.kms.list_grants(**name)["Grants"]), 2)
        self.assertEqual(len(self.kms.list_retirable_grants(RetiringPrincipal=who)["Grants"]), 2)
        self.kms.revoke_grant(**name, GrantId=grants[0]["GrantId"])
        self.kms.retire_grant(GrantToken=grants[1]["GrantToken"])
        self.assertEqual(self.kms.list_grants(**name)["Grants"], [])


if __name__ == "__main__":
    unittest.main()
