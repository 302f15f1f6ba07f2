"""Permissions of S3, on an emulator that holds every call against the caller's policies."""

import json
import unittest

from support import TestCase, client, error_code


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class BucketPermissions(TestCase):
    def test_policies_of_users_and_buckets(self):
        """A user may what their policy or the bucket's allows, unless either denies it."""
        iam, s3 = client("iam"), client("s3")
        user = iam.create_user(UserName="reader")["User"]["Arn"]
        key = iam.create_access_key(UserName="reader")["AccessKey"]
        own = client("s3", credentials=key)
        s3.create_bucket(Bucket="guarded")
        s3.put_object(Bucket="guarded", Key="open/a", Body=b"a")
        s3.put_object(Bucket="guarded", Key="shut/a", Body=b"a")
        self.assertEqual(error_code(own.list_buckets), "AccessDenied")
        self.assertEqual(error_code(own.get_object, Bucket="guarded", Key="open/a"), "AccessDenied")
        iam.put_user_policy(
            UserName="reader", PolicyName="lab",
            PolicyDocument=policy(
                {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::guarded/*"},
                {
                    "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::guarded",
                    "Condition": {"StringLike": {"s3:prefix": "open/*"}},
                },
            ),
        )
        self.assertEqual(own.get_object(Bucket="guarded", Key="open/a")["Body"].read(), b"a")
        self.assertEqual(own.head_object(Bucket="guarded", Key="open/a")["ContentLength"], 1)
        self.assertEqual(own.list_objects_v2(Bucket="guarded", Prefix="open/")["KeyCount"], 1)
        self.assertEqual(error_code(own.list_objects_v2, Bucket="guarded"), "AccessDenied")
        self.assertEqual(error_code(own.put_object, Bucket="guarded", Key="open/b", Body=b""), "AccessDenied")
        s3.put_bucket_policy(
            Bucket="guarded",
            Policy=policy(
                {"Effect": "Allow", "Principal": {"AWS": user}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::guarded/open/*"},
                {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::guarded/shut/*"},
            ),
        )
        own.put_object(Bucket="guarded", Key="open/b", Body=b"")
        self.assertEqual(error_code(own.get_object, Bucket="guarded", Key="shut/a"), "AccessDenied")
        self.assertEqual(
            error_code(own.copy_object, Bucket="guarded", Key="open/c", CopySource="guarded/shut/a"), "AccessDenied"
        )
        own.copy_object(Bucket="guarded", Key="open/c", CopySource="guarded/open/a")
        self.assertEqual(error_code(own.delete_objects, Bucket="guarded", Delete={"Objects": [{"Key": "open/a"}]}), "AccessDenied")
        self.assertEqual(error_code(own.get_bucket_policy, Bucket="guarded"), "AccessDenied")


if __name__ == "__main__":
    unittest.main()
