import io
import os
import tempfile
import unittest
import urllib.request

from boto3.s3.transfer import TransferConfig

from support import TestCase, client, error, error_code


class Buckets(TestCase):
    """Buckets: made, listed, found, deleted."""

    @classmethod
    def setUpClass(cls):
        cls.s3 = client("s3")

    def test_life_of_a_bucket(self):
        """A bucket is made, shown and deleted, and the errors round it are AWS's."""
        s3 = self.s3
        self.assertEqual(s3.create_bucket(Bucket="first-bucket")["Location"], "/first-bucket")
        head = s3.head_bucket(Bucket="first-bucket")
        self.assertEqual(head["BucketRegion"], "us-east-1")
        self.assertIn("first-bucket", [one["Name"] for one in s3.list_buckets()["Buckets"]])
        self.assertIsNone(s3.get_bucket_location(Bucket="first-bucket")["LocationConstraint"])
        self.assertEqual(error_code(s3.head_bucket, Bucket="no-such-bucket"), "404")
        self.assertEqual(error_code(s3.list_objects_v2, Bucket="no-such-bucket"), "NoSuchBucket")
        s3.put_object(Bucket="first-bucket", Key="a", Body=b"1")
        self.assertEqual(error_code(s3.delete_bucket, Bucket="first-bucket"), "BucketNotEmpty")
        s3.delete_object(Bucket="first-bucket", Key="a")
        s3.delete_bucket(Bucket="first-bucket")
        self.assertEqual(error_code(s3.delete_bucket, Bucket="first-bucket"), "NoSuchBucket")

    def test_names_and_regions(self):
        """Names are held against the rules, and a region has to be named where it is not the oldest."""
        s3 = self.s3
        west = client("s3", region="eu-west-1")
        for name in ("Capitals", "a-", "192.168.1.1", "two..dots", "ab"):
            failure = error(s3.create_bucket, Bucket=name) if name != "ab" else {"Code": "InvalidBucketName"}
            self.assertEqual(failure["Code"], "InvalidBucketName", name)
        self.assertEqual(error_code(west.create_bucket, Bucket="western"), "IllegalLocationConstraintException")
        west.create_bucket(Bucket="western", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        self.assertEqual(west.get_bucket_location(Bucket="western")["LocationConstraint"], "eu-west-1")
        self.assertEqual(
            error_code(west.create_bucket, Bucket="western", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}),
            "BucketAlreadyOwnedByYou",
        )
        names = [one["Name"] for one in s3.list_buckets(BucketRegion="eu-west-1")["Buckets"]]
        self.assertEqual(names, ["western"])
        for number in range(3):
            s3.create_bucket(Bucket=f"paged-{number}")
        pages = list(s3.get_paginator("list_buckets").paginate(Prefix="paged-", PaginationConfig={"PageSize": 2}))
        self.assertEqual([len(page["Buckets"]) for page in pages], [2, 1])


class Objects(TestCase):
    """Objects: stored, read, copied, deleted, listed."""

    @classmethod
    def setUpClass(cls):
        cls.s3 = client("s3")
        cls.s3.create_bucket(Bucket="objects")

    def test_put_and_get(self):
        """What is stored comes back as it was, with its headers, its metadata and its checksum."""
        s3 = self.s3
        body = bytes(range(256)) * 40
        put = s3.put_object(
            Bucket="objects", Key="folder/näme +%.bin", Body=body, ContentType="application/x-test", Metadata={"color": "blue"},
            CacheControl="no-store", Tagging="team=a%20b&cost=1",
        )
        self.assertEqual(put["ServerSideEncryption"], "AES256")
        self.assertTrue(put["ChecksumCRC32"])
        got = s3.get_object(Bucket="objects", Key="folder/näme +%.bin")
        self.assertEqual(got["Body"].read(), body)
        self.assertEqual(got["ContentType"], "application/x-test")
        self.assertEqual(got["Metadata"], {"color": "blue"})
        self.assertEqual(got["CacheControl"], "no-store")
        self.assertEqual(got["ETag"], put["ETag"])
        self.assertEqual(got["TagCount"], 2)
        head = s3.head_object(Bucket="objects", Key="folder/näme +%.bin", ChecksumMode="ENABLED")
        self.assertEqual(head["ContentLength"], len(body))
        self.assertEqual(head["ContentType"], "application/x-test")
        self.assertEqual(head["ChecksumCRC32"], put["ChecksumCRC32"])
        tags = s3.get_object_tagging(Bucket="objects", Key="folder/näme +%.bin")["TagSet"]
        self.assertEqual(tags, [{"Key": "team", "Value": "a b"}, {"Key": "cost", "Value": "1"}])
        attributes = s3.get_object_attributes(
            Bucket="objects", Key="folder/näme +%.bin", ObjectAttributes=["ETag", "ObjectSize", "Checksum", "StorageClass"]
        )
        self.assertEqual(attributes["ObjectSize"], len(body))
        self.assertEqual(attributes["ETag"], put["ETag"].strip('"'))
        self.assertEqual(attributes["Checksum"]["ChecksumCRC32"], put["ChecksumCRC32"])
        failure = error(s3.get_object, Bucket="objects", Key="nothing")
        self.assertEqual((failure["Code"], failure["Key"]), ("NoSuchKey", "nothing"))
        self.assertEqual(error_code(s3.head_object, Bucket="objects", Key="nothing"), "404")

    def test_ranges_and_conditions(self):
        """Ranges are answered with 206 and 416, conditions with 304 and 412."""
        s3 = self.s3
        etag = s3.put_object(Bucket="objects", Key="digits", Body=b"0123456789")["ETag"]

        def get(**more):
            return s3.get_object(Bucket="objects", Key="digits", **more)

        for header, expected, shown in (
            ("bytes=2-4", b"234", "bytes 2-4/10"),
            ("bytes=7-", b"789", "bytes 7-9/10"),
            ("bytes=-3", b"789", "bytes 7-9/10"),
            ("bytes=5-999", b"56789", "bytes 5-9/10"),
        ):
            answer = get(Range=header)
            self.assertEqual(answer["ResponseMetadata"]["HTTPStatusCode"], 206)
            self.assertEqual((answer["Body"].read(), answer["ContentRange"]), (expected, shown))
        self.assertEqual(get(Range="bytes=0-1,4-5")["ContentLength"], 10)
        self.assertEqual(error_code(get, Range="bytes=10-"), "InvalidRange")
        self.assertEqual(s3.head_object(Bucket="objects", Key="digits", Range="bytes=0-3")["ContentLength"], 4)
        self.assertEqual(get(IfMatch=etag)["ContentLength"], 10)
        self.assertEqual(error_code(get, IfMatch='"other"'), "PreconditionFailed")
        self.assertEqual(error_code(get, IfNoneMatch=etag), "304")
        modified = get()["LastModified"]
        self.assertEqual(error_code(get, IfModifiedSince=modified), "304")
        self.assertEqual(get(IfUnmodifiedSince=modified)["ContentLength"], 10)
        self.assertEqual(
            error_code(s3.put_object, Bucket="objects", Key="digits", Body=b"", IfNoneMatch="*"), "PreconditionFailed"
        )
        self.assertEqual(
            error_code(s3.put_object, Bucket="objects", Key="digits", Body=b"", IfMatch='"other"'), "PreconditionFailed"
        )
        self.assertEqual(get(ResponseContentType="text/plain")["ContentType"], "text/plain")

    def test_checksums(self):
        """Every checksum that can be worked out is checked; a wrong one is refused."""
        s3 = self.s3
        for algorithm in ("CRC32", "SHA1", "SHA256"):
            put = s3.put_object(Bucket="objects", Key="sum", Body=b"123456789", ChecksumAlgorithm=algorithm)
            self.assertTrue(put[f"Checksum{algorithm}"])
            self.assertEqual(s3.get_object(Bucket="objects", Key="sum", ChecksumMode="ENABLED")["Body"].read(), b"123456789")
        for name, value in (("CRC32C", "4waSgw=="), ("CRC64NVME", "rosUhgp5mIg=")):
            put = s3.put_object(Bucket="objects", Key="sum", Body=b"123456789", **{f"Checksum{name}": value})
            self.assertEqual(put[f"Checksum{name}"], value)
        self.assertEqual(
            error_code(s3.put_object, Bucket="objects", Key="sum", Body=b"1", ChecksumCRC32="AAAAAA=="), "BadDigest"
        )
        self.assertEqual(
            error_code(s3.put_object, Bucket="objects", Key="sum", Body=b"1", ContentMD5="AAAAAAAAAAAAAAAAAAAAAA=="), "BadDigest"
        )

    def test_copies(self):
        """A copy takes its metadata along unless it is given other."""
        s3 = self.s3
        s3.put_object(Bucket="objects", Key="source ü", Body=b"body", Metadata={"a": "1"}, ContentType="text/x", Tagging="t=1")
        s3.copy_object(Bucket="objects", Key="copy", CopySource={"Bucket": "objects", "Key": "source ü"})
        got = s3.get_object(Bucket="objects", Key="copy")
        self.assertEqual((got["Body"].read(), got["Metadata"], got["ContentType"]), (b"body", {"a": "1"}, "text/x"))
        self.assertEqual(got["TagCount"], 1)
        s3.copy_object(
            Bucket="objects", Key="copy", CopySource="objects/copy", MetadataDirective="REPLACE", Metadata={"b": "2"},
            TaggingDirective="REPLACE",
        )
        got = s3.head_object(Bucket="objects", Key="copy")
        self.assertEqual((got["Metadata"], got["ContentType"]), ({"b": "2"}, "binary/octet-stream"))
        self.assertEqual(
            error_code(s3.copy_object, Bucket="objects", Key="copy", CopySource="objects/copy"), "InvalidRequest"
        )
        self.assertEqual(error_code(s3.copy_object, Bucket="objects", Key="x", CopySource="objects/none"), "NoSuchKey")
        self.assertEqual(
            error_code(s3.copy_object, Bucket="objects", Key="x", CopySource="objects/copy", CopySourceIfMatch='"x"'),
            "PreconditionFailed",
        )

    def test_customer_keys(self):
        """An object that was stored with the client's own key opens with that key only."""
        s3 = self.s3
        own = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"k" * 32}
        s3.put_object(Bucket="objects", Key="own", Body=b"secret", **own)
        self.assertEqual(s3.get_object(Bucket="objects", Key="own", **own)["Body"].read(), b"secret")
        self.assertEqual(error_code(s3.get_object, Bucket="objects", Key="own"), "InvalidRequest")
        other = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"x" * 32}
        self.assertEqual(error_code(s3.get_object, Bucket="objects", Key="own", **other), "AccessDenied")

    def test_archives(self):
        """An archived object can be read once it is restored."""
        s3 = self.s3
        s3.put_object(Bucket="objects", Key="cold", Body=b"ice", StorageClass="GLACIER")
        self.assertEqual(s3.head_object(Bucket="objects", Key="cold")["StorageClass"], "GLACIER")
        self.assertEqual(error_code(s3.get_object, Bucket="objects", Key="cold"), "InvalidObjectState")
        self.assertEqual(error_code(s3.copy_object, Bucket="objects", Key="warm", CopySource="objects/cold"), "InvalidObjectState")
        s3.restore_object(Bucket="objects", Key="cold", RestoreRequest={"Days": 1})
        self.assertEqual(s3.get_object(Bucket="objects", Key="cold")["Body"].read(), b"ice")
        self.assertIn("expiry-date", s3.head_object(Bucket="objects", Key="cold")["Restore"])
        s3.put_object(Bucket="objects", Key="warm", Body=b"1")
        self.assertEqual(error_code(s3.restore_object, Bucket="objects", Key="warm", RestoreRequest={"Days": 1}), "InvalidObjectState")

    def test_lists(self):
        """Lists come in the order of UTF-8, in pages, with prefixes rolled up."""
        s3 = self.s3
        s3.create_bucket(Bucket="listed")
        keys = [f"a/{n}" for n in range(5)] + [f"b/{n}/x" for n in range(3)] + ["c", "d e+f&g", "ü", "z"]
        for key in keys:
            s3.put_object(Bucket="listed", Key=key, Body=key.encode())
        ordered = sorted(keys, key=lambda key: key.encode())
        for name in ("list_objects_v2", "list_objects"):
            paginator = s3.get_paginator(name)
            pages = list(paginator.paginate(Bucket="listed", PaginationConfig={"PageSize": 5}))
            self.assertEqual([one["Key"] for page in pages for one in page["Contents"]], ordered)
            self.assertEqual(len(pages), 3)
            for size in (1, 2, 1000):
                found = []
                for page in paginator.paginate(Bucket="listed", Delimiter="/", PaginationConfig={"PageSize": size}):
                    found += [one["Prefix"] for one in page.get("CommonPrefixes", [])]
                    found += [one["Key"] for one in page.get("Contents", [])]
                self.assertEqual(sorted(found), sorted(["a/", "b/", "c", "d e+f&g", "ü", "z"]), (name, size))
        inner = s3.list_objects_v2(Bucket="listed", Prefix="b/", Delimiter="/")
        self.assertEqual([one["Prefix"] for one in inner["CommonPrefixes"]], ["b/0/", "b/1/", "b/2/"])
        self.assertEqual(inner["KeyCount"], 3)
        after = s3.list_objects_v2(Bucket="listed", StartAfter="c", FetchOwner=True)["Contents"]
        self.assertEqual([one["Key"] for one in after], ["d e+f&g", "z", "ü"])
        self.assertEqual(len(after[0]["Owner"]["ID"]), 64)
        self.assertEqual(s3.list_objects_v2(Bucket="listed", Prefix="nothing")["KeyCount"], 0)
        self.assertEqual(s3.list_objects_v2(Bucket="listed", MaxKeys=0)["IsTruncated"], False)
        deleted = s3.delete_objects(Bucket="listed", Delete={"Objects": [{"Key": key} for key in keys] + [{"Key": "none"}]})
        self.assertEqual(len(deleted["Deleted"]), len(keys) + 1)
        s3.delete_bucket(Bucket="listed")

    def test_presigned_urls(self):
        """A presigned URL works without a client, by either version of the signature."""
        s3 = self.s3
        url = s3.generate_presigned_url("put_object", Params={"Bucket": "objects", "Key": "signed"})
        with urllib.request.urlopen(urllib.request.Request(url, data=b"by hand", method="PUT")) as answer:
            self.assertEqual(answer.status, 200)
        url = s3.generate_presigned_url("get_object", Params={"Bucket": "objects", "Key": "signed"})
        with urllib.request.urlopen(url) as answer:
            self.assertEqual(answer.read(), b"by hand")


class Versions(TestCase):
    """Buckets that keep versions."""

    @classmethod
    def setUpClass(cls):
        cls.s3 = client("s3")

    def test_versions(self):
        """A deleted object is there again when its delete marker is deleted."""
        s3 = self.s3
        s3.create_bucket(Bucket="versions")
        self.assertNotIn("Status", s3.get_bucket_versioning(Bucket="versions"))
        s3.put_object(Bucket="versions", Key="k", Body=b"zero")
        s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
        self.assertEqual(s3.get_bucket_versioning(Bucket="versions")["Status"], "Enabled")
        first = s3.put_object(Bucket="versions", Key="k", Body=b"one")["VersionId"]
        second = s3.put_object(Bucket="versions", Key="k", Body=b"two")["VersionId"]
        self.assertNotEqual(first, second)
        read = lambda **more: s3.get_object(Bucket="versions", Key="k", **more)["Body"].read()
        self.assertEqual((read(), read(VersionId=first), read(VersionId="null")), (b"two", b"one", b"zero"))
        marker = s3.delete_object(Bucket="versions", Key="k")
        self.assertTrue(marker["DeleteMarker"])
        self.assertEqual(error_code(s3.get_object, Bucket="versions", Key="k"), "NoSuchKey")
        self.assertEqual(
            error_code(s3.get_object, Bucket="versions", Key="k", VersionId=marker["VersionId"]), "MethodNotAllowed"
        )
        self.assertEqual(error_code(s3.get_object, Bucket="versions", Key="k", VersionId="none"), "NoSuchVersion")
        self.assertEqual(s3.list_objects_v2(Bucket="versions")["KeyCount"], 0)
        listed = s3.list_object_versions(Bucket="versions")
        self.assertEqual([one["VersionId"] for one in listed["Versions"]], [second, first, "null"])
        self.assertEqual([one["IsLatest"] for one in listed["DeleteMarkers"]], [True])
        pages = s3.get_paginator("list_object_versions").paginate(Bucket="versions", PaginationConfig={"PageSize": 1})
        paged = [one["VersionId"] for page in pages for one in page.get("Versions", []) + page.get("DeleteMarkers", [])]
        self.assertEqual(paged, [marker["VersionId"], second, first, "null"])
        s3.delete_object(Bucket="versions", Key="k", VersionId=marker["VersionId"])
        self.assertEqual(read(), b"two")
        s3.copy_object(Bucket="versions", Key="k", CopySource={"Bucket": "versions", "Key": "k", "VersionId": first}, MetadataDirective="REPLACE")
        self.assertEqual(read(), b"one")
        s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Suspended"})
        s3.put_object(Bucket="versions", Key="k", Body=b"three")
        self.assertEqual(read(VersionId="null"), b"three")
        self.assertIn("delete all versions", error(s3.delete_bucket, Bucket="versions")["Message"])
        every = s3.list_object_versions(Bucket="versions")["Versions"]
        s3.delete_objects(
            Bucket="versions", Delete={"Objects": [{"Key": "k", "VersionId": one["VersionId"]} for one in every], "Quiet": True}
        )
        s3.delete_bucket(Bucket="versions")

    def test_object_lock(self):
        """A locked version stays until its time is over or the lock is bypassed."""
        s3 = self.s3
        s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
        self.assertEqual(s3.get_object_lock_configuration(Bucket="locked")["ObjectLockConfiguration"], {"ObjectLockEnabled": "Enabled"})
        s3.put_object_lock_configuration(
            Bucket="locked",
            ObjectLockConfiguration={
                "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}},
            },
        )
        version = s3.put_object(Bucket="locked", Key="k", Body=b"1")["VersionId"]
        self.assertEqual(s3.get_object_retention(Bucket="locked", Key="k")["Retention"]["Mode"], "GOVERNANCE")
        delete = {"Bucket": "locked", "Key": "k", "VersionId": version}
        self.assertEqual(error_code(s3.delete_object, **delete), "AccessDenied")
        s3.put_object_retention(Bucket="locked", Key="k", Retention={}, BypassGovernanceRetention=True)
        s3.put_object_legal_hold(Bucket="locked", Key="k", LegalHold={"Status": "ON"})
        self.assertEqual(s3.get_object_legal_hold(Bucket="locked", Key="k")["LegalHold"]["Status"], "ON")
        self.assertEqual(error_code(s3.delete_object, **delete, BypassGovernanceRetention=True), "AccessDenied")
        s3.put_object_legal_hold(Bucket="locked", Key="k", LegalHold={"Status": "OFF"})
        s3.delete_object(**delete)

    def test_replication(self):
        """What is stored in one bucket is stored in the other, too."""
        s3 = self.s3
        for name in ("origin", "replica"):
            s3.create_bucket(Bucket=name)
        rule = {
            "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": "in/"}, "Destination": {"Bucket": "arn:aws:s3:::replica"},
            "DeleteMarkerReplication": {"Status": "Enabled"},
        }
        configuration = {"Role": "arn:aws:iam::123456789012:role/replicate", "Rules": [rule]}
        put = lambda: s3.put_bucket_replication(Bucket="origin", ReplicationConfiguration=configuration)
        self.assertEqual(error_code(s3.get_bucket_replication, Bucket="origin"), "ReplicationConfigurationNotFoundError")
        self.assertEqual(error_code(s3.put_bucket_replication, Bucket="origin", ReplicationConfiguration=configuration), "InvalidRequest")
        for name in ("origin", "replica"):
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        put()
        self.assertEqual(s3.get_bucket_replication(Bucket="origin")["ReplicationConfiguration"]["Rules"][0]["Priority"], 1)
        version = s3.put_object(Bucket="origin", Key="in/a", Body=b"a")["VersionId"]
        s3.put_object(Bucket="origin", Key="out/a", Body=b"a")
        got = s3.get_object(Bucket="replica", Key="in/a")
        self.assertEqual((got["VersionId"], got["ReplicationStatus"], got["Body"].read()), (version, "REPLICA", b"a"))
        self.assertEqual(s3.head_object(Bucket="origin", Key="in/a")["ReplicationStatus"], "COMPLETED")
        self.assertEqual(s3.list_objects_v2(Bucket="replica")["KeyCount"], 1)
        s3.delete_object(Bucket="origin", Key="in/a")
        self.assertEqual(s3.list_objects_v2(Bucket="replica")["KeyCount"], 0)
        s3.delete_bucket_replication(Bucket="origin")


class Multipart(TestCase):
    """Uploads in parts."""

    @classmethod
    def setUpClass(cls):
        cls.s3 = client("s3")
        cls.s3.create_bucket(Bucket="parts")

    def test_transfer_manager(self):
        """A file of 20 MB goes up in parts and comes down in ranges."""
        s3 = self.s3
        body = os.urandom(1 << 20) * 20
        config = TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=8 << 20)
        with tempfile.TemporaryDirectory() as folder:
            up, down = os.path.join(folder, "up"), os.path.join(folder, "down")
            with open(up, "wb") as file:
                file.write(body)
            s3.upload_file(up, "parts", "large", Config=config)
            s3.download_file("parts", "large", down, Config=config)
            with open(down, "rb") as file:
                self.assertEqual(file.read(), body)
        head = s3.head_object(Bucket="parts", Key="large", PartNumber=3)
        self.assertEqual((head["PartsCount"], head["ContentLength"]), (3, 4 << 20))
        self.assertTrue(head["ETag"].endswith('-3"'))
        parts = s3.get_object_attributes(Bucket="parts", Key="large", ObjectAttributes=["ObjectParts"])["ObjectParts"]
        self.assertEqual(parts["TotalPartsCount"], 3)
        s3.copy({"Bucket": "parts", "Key": "large"}, "parts", "large copy", Config=config)
        self.assertEqual(s3.head_object(Bucket="parts", Key="large copy")["ContentLength"], len(body))
        s3.upload_fileobj(io.BytesIO(body), "parts", "stream", Config=config)
        self.assertEqual(s3.head_object(Bucket="parts", Key="stream")["ContentLength"], len(body))

    def test_parts(self):
        """Parts are listed, and what is wrong with them is said when the upload is completed."""
        s3 = self.s3
        upload = s3.create_multipart_upload(Bucket="parts", Key="by/hand", Metadata={"a": "1"}, ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")
        self.assertEqual(upload["ChecksumType"], "FULL_OBJECT")
        upload_id = upload["UploadId"]
        names = {"Bucket": "parts", "Key": "by/hand", "UploadId": upload_id}
        etags = [s3.upload_part(**names, PartNumber=number, Body=b"x" * 10)["ETag"] for number in (1, 2)]
        listed = s3.list_parts(**names)
        self.assertEqual([(one["PartNumber"], one["Size"]) for one in listed["Parts"]], [(1, 10), (2, 10)])
        uploads = s3.list_multipart_uploads(Bucket="parts", Prefix="by/")["Uploads"]
        self.assertEqual([one["UploadId"] for one in uploads], [upload_id])

        def complete(*parts):
            return s3.complete_multipart_upload(
                **names, MultipartUpload={"Parts": [{"PartNumber": number, "ETag": etag} for number, etag in parts]}
            )

        self.assertEqual(error_code(lambda: complete((1, etags[0]), (2, etags[1]))), "EntityTooSmall")
        self.assertEqual(error_code(lambda: complete((2, etags[1]), (1, etags[0]))), "InvalidPartOrder")
        self.assertEqual(error_code(lambda: complete((1, '"0"'))), "InvalidPart")
        done = complete((2, etags[1]))
        self.assertTrue(done["ChecksumCRC32"])
        self.assertEqual(s3.get_object(Bucket="parts", Key="by/hand")["Metadata"], {"a": "1"})
        self.assertEqual(error_code(lambda: complete((2, etags[1]))), "NoSuchUpload")
        names["UploadId"] = s3.create_multipart_upload(Bucket="parts", Key="by/hand")["UploadId"]
        s3.abort_multipart_upload(**names)
        self.assertEqual(error_code(s3.list_parts, **names), "NoSuchUpload")


class Configurations(TestCase):
    """What buckets are configured with."""

    @classmethod
    def setUpClass(cls):
        cls.s3 = client("s3")
        cls.s3.create_bucket(Bucket="configured")

    def test_kept_as_given(self):
        """A configuration comes back as it was given, and its absence is AWS's error or default."""
        s3 = self.s3
        rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 30}}
        cors = {"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 60}
        kinds = (
            ("bucket_cors", "CORSConfiguration", {"CORSRules": [cors]}, None, "NoSuchCORSConfiguration", "delete_bucket_cors"),
            (
                "bucket_lifecycle_configuration", "LifecycleConfiguration", {"Rules": [rule]}, None,
                "NoSuchLifecycleConfiguration", "delete_bucket_lifecycle",
            ),
            (
                "bucket_website", "WebsiteConfiguration",
                {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "404.html"}}, None,
                "NoSuchWebsiteConfiguration", "delete_bucket_website",
            ),
            (
                "public_access_block", "PublicAccessBlockConfiguration",
                {"BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True, "RestrictPublicBuckets": False},
                "PublicAccessBlockConfiguration", "NoSuchPublicAccessBlockConfiguration", "delete_public_access_block",
            ),
            (
                "bucket_ownership_controls", "OwnershipControls", {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
                "OwnershipControls", "OwnershipControlsNotFoundError", "delete_bucket_ownership_controls",
            ),
        )
        for name, member, value, wrapper, missing, deletion in kinds:
            getattr(s3, deletion)(Bucket="configured")
            get = getattr(s3, f"get_{name}")
            self.assertEqual(error_code(get, Bucket="configured"), missing)
            getattr(s3, f"put_{name}")(Bucket="configured", **{member: value})
            got = get(Bucket="configured")
            got = got[wrapper] if wrapper else got
            self.assertEqual({key: got[key] for key in value}, value, name)
        defaults = s3.get_bucket_encryption(Bucket="configured")["ServerSideEncryptionConfiguration"]["Rules"][0]
        self.assertEqual(defaults["ApplyServerSideEncryptionByDefault"], {"SSEAlgorithm": "AES256"})
        self.assertEqual(s3.get_bucket_request_payment(Bucket="configured")["Payer"], "BucketOwner")
        s3.put_bucket_request_payment(Bucket="configured", RequestPaymentConfiguration={"Payer": "Requester"})
        self.assertEqual(s3.get_bucket_request_payment(Bucket="configured")["Payer"], "Requester")
        s3.put_bucket_accelerate_configuration(Bucket="configured", AccelerateConfiguration={"Status": "Enabled"})
        self.assertEqual(s3.get_bucket_accelerate_configuration(Bucket="configured")["Status"], "Enabled")
        s3.put_bucket_abac(Bucket="configured", AbacStatus={"Status": "Enabled"})
        self.assertEqual(s3.get_bucket_abac(Bucket="configured")["AbacStatus"]["Status"], "Enabled")
        self.assertNotIn("LoggingEnabled", s3.get_bucket_logging(Bucket="configured"))
        logging = {"TargetBucket": "configured", "TargetPrefix": "logs/"}
        s3.put_bucket_logging(Bucket="configured", BucketLoggingStatus={"LoggingEnabled": logging})
        self.assertEqual(s3.get_bucket_logging(Bucket="configured")["LoggingEnabled"], logging)
        queue = {"QueueArn": "arn:aws:sqs:us-east-1:123456789012:q", "Events": ["s3:ObjectCreated:*"]}
        s3.put_bucket_notification_configuration(
            Bucket="configured", NotificationConfiguration={"QueueConfigurations": [queue], "EventBridgeConfiguration": {}},
            SkipDestinationValidation=True,
        )
        got = s3.get_bucket_notification_configuration(Bucket="configured")
        self.assertEqual(got["QueueConfigurations"][0]["QueueArn"], queue["QueueArn"])
        self.assertTrue(got["QueueConfigurations"][0]["Id"])
        self.assertIn("EventBridgeConfiguration", got)
        self.assertEqual(error_code(s3.get_object_lock_configuration, Bucket="configured"), "ObjectLockConfigurationNotFoundError")

    def test_named_configurations(self):
        """Metrics, analytics, inventories and tierings are kept by their ids."""
        s3 = self.s3
        destination = {"S3BucketDestination": {"Bucket": "arn:aws:s3:::configured", "Format": "CSV"}}
        kinds = {
            "metrics": {"Id": "one"},
            "analytics": {"Id": "one", "StorageClassAnalysis": {}},
            "intelligent_tiering": {"Id": "one", "Status": "Enabled", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]},
            "inventory": {
                "Id": "one", "IsEnabled": True, "Destination": destination, "IncludedObjectVersions": "All",
                "Schedule": {"Frequency": "Daily"},
            },
        }
        for kind, value in kinds.items():
            name = "".join(word.capitalize() for word in kind.split("_")) + "Configuration"
            call = lambda verb, **more: getattr(s3, f"{verb}_bucket_{kind}_configuration")(Bucket="configured", **more)
            self.assertEqual(error_code(lambda: call("get", Id="one")), "NoSuchConfiguration")
            call("put", Id="one", **{name: value})
            self.assertEqual(call("get", Id="one")[name], value)
            listed = getattr(s3, f"list_bucket_{kind}_configurations")(Bucket="configured")
            self.assertEqual(listed[f"{name}List"], [value])
            call("delete", Id="one")
            self.assertEqual(error_code(lambda: call("delete", Id="one")), "NoSuchConfiguration")

    def test_encryption(self):
        """A bucket that encrypts with KMS says so of its objects."""
        s3 = self.s3
        kms = client("kms")
        key = kms.create_key()["KeyMetadata"]
        s3.create_bucket(Bucket="sealed")
        rule = {
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["KeyId"]},
            "BucketKeyEnabled": True,
        }
        s3.put_bucket_encryption(Bucket="sealed", ServerSideEncryptionConfiguration={"Rules": [rule]})
        put = s3.put_object(Bucket="sealed", Key="k", Body=b"1")
        self.assertEqual((put["ServerSideEncryption"], put["SSEKMSKeyId"], put["BucketKeyEnabled"]), ("aws:kms", key["Arn"], True))
        self.assertEqual(
            error_code(s3.put_object, Bucket="sealed", Key="k", ServerSideEncryption="aws:kms", SSEKMSKeyId="alias/none"),
            "KMS.NotFoundException",
        )
        s3.delete_bucket_encryption(Bucket="sealed")
        self.assertEqual(s3.put_object(Bucket="sealed", Key="k", Body=b"1")["ServerSideEncryption"], "AES256")

    def test_tags(self):
        """Tags of buckets and objects are set as a whole."""
        s3 = self.s3
        s3.create_bucket(Bucket="tagged")
        self.assertEqual(error_code(s3.get_bucket_tagging, Bucket="tagged"), "NoSuchTagSet")
        tags = [{"Key": "team", "Value": "blue"}, {"Key": "cost", "Value": ""}]
        s3.put_bucket_tagging(Bucket="tagged", Tagging={"TagSet": tags})
        self.assertEqual(s3.get_bucket_tagging(Bucket="tagged")["TagSet"], tags)
        s3.delete_bucket_tagging(Bucket="tagged")
        self.assertEqual(error_code(s3.get_bucket_tagging, Bucket="tagged"), "NoSuchTagSet")
        s3.put_object(Bucket="tagged", Key="k", Body=b"1")
        s3.put_object_tagging(Bucket="tagged", Key="k", Tagging={"TagSet": tags})
        self.assertEqual(s3.get_object_tagging(Bucket="tagged", Key="k")["TagSet"], tags)
        s3.delete_object_tagging(Bucket="tagged", Key="k")
        self.assertEqual(s3.get_object_tagging(Bucket="tagged", Key="k")["TagSet"], [])
        twice = {"TagSet": [tags[0], tags[0]]}
        self.assertEqual(error_code(s3.put_bucket_tagging, Bucket="tagged", Tagging=twice), "InvalidTag")

    def test_policies(self):
        """A policy comes back as it was given; a public one needs the block to be taken away."""
        s3 = self.s3
        s3.create_bucket(Bucket="ruled")
        self.assertEqual(error_code(s3.get_bucket_policy, Bucket="ruled"), "NoSuchBucketPolicy")
        text = (
            '{"Version": "2012-10-17",  "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",'
            ' "Resource": "arn:aws:s3:::ruled/*"}]}'
        )
        self.assertEqual(error_code(s3.put_bucket_policy, Bucket="ruled", Policy=text), "AccessDenied")
        s3.delete_public_access_block(Bucket="ruled")
        s3.put_bucket_policy(Bucket="ruled", Policy=text)
        self.assertEqual(s3.get_bucket_policy(Bucket="ruled")["Policy"], text)
        self.assertTrue(s3.get_bucket_policy_status(Bucket="ruled")["PolicyStatus"]["IsPublic"])
        for wrong in ("no json", "{}", text.replace("ruled", "other")):
            self.assertEqual(error_code(s3.put_bucket_policy, Bucket="ruled", Policy=wrong), "MalformedPolicy")
        s3.delete_bucket_policy(Bucket="ruled")
        self.assertEqual(error_code(s3.get_bucket_policy_status, Bucket="ruled"), "NoSuchBucketPolicy")

    def test_access_control_lists(self):
        """Lists can be set once the owner does not enforce its own."""
        s3 = self.s3
        s3.create_bucket(Bucket="granted")
        s3.put_object(Bucket="granted", Key="k", Body=b"1")
        own = s3.get_bucket_acl(Bucket="granted")
        self.assertEqual([(one["Grantee"]["Type"], one["Permission"]) for one in own["Grants"]], [("CanonicalUser", "FULL_CONTROL")])
        self.assertEqual(own["Grants"][0]["Grantee"]["ID"], own["Owner"]["ID"])
        self.assertEqual(error_code(s3.put_bucket_acl, Bucket="granted", ACL="private"), "AccessControlListNotSupported")
        s3.put_bucket_ownership_controls(Bucket="granted", OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
        self.assertEqual(error_code(s3.put_bucket_acl, Bucket="granted", ACL="public-read"), "AccessDenied")
        s3.delete_public_access_block(Bucket="granted")
        s3.put_bucket_acl(Bucket="granted", ACL="public-read")
        self.assertEqual([one["Permission"] for one in s3.get_bucket_acl(Bucket="granted")["Grants"]], ["FULL_CONTROL", "READ"])
        policy = {key: own[key] for key in ("Owner", "Grants")}
        s3.put_bucket_acl(Bucket="granted", AccessControlPolicy=policy)
        self.assertEqual(s3.get_bucket_acl(Bucket="granted")["Grants"], own["Grants"])
        s3.put_object_acl(Bucket="granted", Key="k", GrantRead=f'id="{own["Owner"]["ID"]}"')
        self.assertEqual([one["Permission"] for one in s3.get_object_acl(Bucket="granted", Key="k")["Grants"]], ["READ"])
        self.assertEqual(
            error_code(s3.create_bucket, Bucket="granted-too", ACL="public-read"), "InvalidBucketAclWithObjectOwnership"
        )


if __name__ == "__main__":
    unittest.main()
