import hashlib
import json

from support import TestCase, client, error, error_code

STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/"


class Streams(TestCase):
    """Streams of Kinesis: shards, records, iterators, consumers, settings."""

    @classmethod
    def setUpClass(cls):
        cls.api = client("kinesis")

    def stream(self, name, **more):
        self.api.create_stream(StreamName=name, **(more or {"ShardCount": 1}))
        self.addCleanup(self.api.delete_stream, StreamName=name, EnforceConsumerDeletion=True)
        self.api.get_waiter("stream_exists").wait(StreamName=name)

    def read(self, name, shard="shardId-000000000000", **where):
        where = where or {"ShardIteratorType": "TRIM_HORIZON"}
        iterator = self.api.get_shard_iterator(StreamName=name, ShardId=shard, **where)["ShardIterator"]
        return self.api.get_records(ShardIterator=iterator)

    def test_life(self):
        """A stream is made, described, listed and deleted, with AWS's errors in between."""
        self.api.create_stream(StreamName="life", ShardCount=2, Tags={"Course": "compute"})
        self.assertEqual(
            error_code(self.api.create_stream, StreamName="huge", ShardCount=2**63 - 1), "LimitExceededException"
        )
        # A look lets the stream become active.
        described = self.api.describe_stream(StreamName="life")["StreamDescription"]
        self.assertEqual(described["StreamStatus"], "ACTIVE")
        self.assertEqual(described["StreamARN"], STREAM + "life")
        self.assertEqual(described["StreamModeDetails"], {"StreamMode": "PROVISIONED"})
        self.assertEqual([shard["ShardId"] for shard in described["Shards"]], ["shardId-000000000000", "shardId-000000000001"])
        ranges = [shard["HashKeyRange"] for shard in described["Shards"]]
        self.assertEqual(
            ranges,
            [
                {"StartingHashKey": "0", "EndingHashKey": "170141183460469231731687303715884105727"},
                {
                    "StartingHashKey": "170141183460469231731687303715884105728",
                    "EndingHashKey": "340282366920938463463374607431768211455",
                },
            ],
        )
        self.assertFalse(described["HasMoreShards"])
        first = self.api.describe_stream(StreamName="life", Limit=1)["StreamDescription"]
        self.assertTrue(first["HasMoreShards"])
        summary = self.api.describe_stream_summary(StreamARN=STREAM + "life")["StreamDescriptionSummary"]
        self.assertEqual((summary["OpenShardCount"], summary["RetentionPeriodHours"]), (2, 24))
        self.assertEqual(
            error(self.api.create_stream, StreamName="life", ShardCount=1),
            {"Code": "ResourceInUseException", "Message": "Stream life under account 123456789012 already exists."},
        )
        self.assertEqual(
            error(self.api.describe_stream, StreamName="none"),
            {"Code": "ResourceNotFoundException", "Message": "Stream none under account 123456789012 not found."},
        )
        self.assertEqual(error_code(self.api.create_stream, StreamName="many", ShardCount=1000), "LimitExceededException")
        self.assertEqual(error_code(self.api.create_stream, StreamName="neither"), "ValidationException")
        self.stream("other", StreamModeDetails={"StreamMode": "ON_DEMAND"})
        pages = self.api.get_paginator("list_streams").paginate(PaginationConfig={"PageSize": 1})
        names = [name for page in pages for name in page["StreamNames"]]
        self.assertEqual(names, ["life", "other"])
        limits = self.api.describe_limits()
        self.assertEqual((limits["OpenShardCount"], limits["OnDemandStreamCount"]), (2, 1))
        self.api.delete_stream(StreamName="life")
        self.api.get_waiter("stream_not_exists").wait(StreamName="life")

    def test_records(self):
        """Records go to the shard of their key's MD5 and come back in their order."""
        self.stream("records", ShardCount=2)
        half = 2**127
        expected = {"shardId-000000000000": [], "shardId-000000000001": []}
        for key in ["alice", "bob", "carol", "dave", "erin"]:
            shard = "shardId-00000000000" + ("1" if int(hashlib.md5(key.encode()).hexdigest(), 16) >= half else "0")
            put = self.api.put_record(StreamName="records", PartitionKey=key, Data=key.encode() * 2)
            self.assertEqual(put["ShardId"], shard)
            expected[shard].append((key, key.encode() * 2, put["SequenceNumber"]))
        self.assertTrue(all(expected.values()))
        for shard, wanted in expected.items():
            got = self.read("records", shard)
            found = [(r["PartitionKey"], r["Data"], r["SequenceNumber"]) for r in got["Records"]]
            self.assertEqual(found, wanted)
            self.assertEqual(got["MillisBehindLatest"], 0)
            numbers = [int(record["SequenceNumber"]) for record in got["Records"]]
            self.assertEqual(numbers, sorted(numbers))
            self.assertTrue(all(len(record["SequenceNumber"]) == 56 for record in got["Records"]))
        explicit = self.api.put_record(StreamName="records", PartitionKey="x", ExplicitHashKey="0", Data=b"low")
        self.assertEqual(explicit["ShardId"], "shardId-000000000000")
        batch = self.api.put_records(
            StreamName="records",
            Records=[{"PartitionKey": "a", "ExplicitHashKey": str(half), "Data": bytes([n])} for n in range(5)],
        )
        self.assertEqual(batch["FailedRecordCount"], 0)
        last = batch["Records"][-1]["SequenceNumber"]
        shard = "shardId-000000000001"
        at = self.read("records", shard, ShardIteratorType="AT_SEQUENCE_NUMBER", StartingSequenceNumber=last)
        self.assertEqual([record["Data"] for record in at["Records"]], [b"\x04"])
        after = self.read(
            "records", shard, ShardIteratorType="AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=batch["Records"][1]["SequenceNumber"]
        )
        self.assertEqual([record["Data"] for record in after["Records"]], [b"\x02", b"\x03", b"\x04"])
        self.assertEqual(self.read("records", shard, ShardIteratorType="LATEST")["Records"], [])
        arrival = at["Records"][0]["ApproximateArrivalTimestamp"]
        timed = self.read("records", shard, ShardIteratorType="AT_TIMESTAMP", Timestamp=arrival)
        # boto3 sends whole seconds.
        self.assertEqual([record["Data"] for record in timed["Records"]][-5:], [bytes([n]) for n in range(5)])
        iterator = self.api.get_shard_iterator(StreamName="records", ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        pages = []
        iterator = iterator["ShardIterator"]
        for _ in range(3):
            page = self.api.get_records(ShardIterator=iterator, Limit=3)
            pages.append(len(page["Records"]))
            iterator = page["NextShardIterator"]
        self.assertEqual(sum(pages), len(expected[shard]) + 5)
        self.assertEqual(error(self.api.get_records, ShardIterator="rubbish")["Message"], "Invalid ShardIterator.")
        wrong = error(
            self.api.get_shard_iterator, StreamName="records", ShardId=shard,
            ShardIteratorType="AT_SEQUENCE_NUMBER", StartingSequenceNumber="1",
        )  # fmt: skip
        self.assertIn("is invalid because it did not come from this stream", wrong["Message"])
        self.assertEqual(
            error(self.api.get_shard_iterator, StreamName="records", ShardId="shardId-9", ShardIteratorType="LATEST")["Message"],
            "Shard shardId-9 in stream records under account 123456789012 does not exist",
        )

    def test_resharding(self):
        """Shards are split, merged and counted anew; what was in them stays readable."""
        self.stream("shards")
        self.api.put_record(StreamName="shards", PartitionKey="k", Data=b"before")
        middle = str(2**127)
        self.api.split_shard(StreamName="shards", ShardToSplit="shardId-000000000000", NewStartingHashKey=middle)
        shards = self.api.list_shards(StreamName="shards")["Shards"]
        self.assertEqual([s.get("ParentShardId") for s in shards], [None, "shardId-000000000000", "shardId-000000000000"])
        self.assertIn("EndingSequenceNumber", shards[0]["SequenceNumberRange"])
        self.assertNotIn("EndingSequenceNumber", shards[1]["SequenceNumberRange"])
        old = self.read("shards")
        self.assertEqual([record["Data"] for record in old["Records"]], [b"before"])
        self.assertNotIn("NextShardIterator", old)
        self.assertEqual([c["ShardId"] for c in old["ChildShards"]], ["shardId-000000000001", "shardId-000000000002"])
        put = self.api.put_record(StreamName="shards", PartitionKey="k", ExplicitHashKey=middle, Data=b"after")
        self.assertEqual(put["ShardId"], "shardId-000000000002")
        again = error(self.api.split_shard, StreamName="shards", ShardToSplit="shardId-000000000000", NewStartingHashKey=middle)
        self.assertEqual(again["Code"], "InvalidArgumentException")
        self.api.merge_shards(
            StreamName="shards", ShardToMerge="shardId-000000000001", AdjacentShardToMerge="shardId-000000000002"
        )
        merged = self.api.list_shards(StreamName="shards", ShardFilter={"Type": "AT_LATEST"})["Shards"]
        self.assertEqual([s["ShardId"] for s in merged], ["shardId-000000000003"])
        self.assertEqual(merged[0]["AdjacentParentShardId"], "shardId-000000000002")
        counted = self.api.update_shard_count(StreamName="shards", TargetShardCount=2, ScalingType="UNIFORM_SCALING")
        self.assertEqual((counted["CurrentShardCount"], counted["TargetShardCount"]), (1, 2))
        summary = self.api.describe_stream_summary(StreamName="shards")["StreamDescriptionSummary"]
        self.assertEqual(summary["OpenShardCount"], 2)
        self.assertEqual(
            error_code(self.api.update_shard_count, StreamName="shards", TargetShardCount=9, ScalingType="UNIFORM_SCALING"),
            "LimitExceededException",
        )
        # A token stands for the stream, too: both together are refused.
        page = self.api.list_shards(StreamName="shards", MaxResults=4)
        rest = self.api.list_shards(NextToken=page["NextToken"])
        self.assertEqual((len(page["Shards"]), len(rest["Shards"])), (4, 2))
        self.assertEqual(
            error(self.api.list_shards, StreamName="shards", NextToken=page["NextToken"])["Message"],
            "NextToken and StreamName cannot be provided together.",
        )

    def test_settings(self):
        """Retention, encryption, metrics, mode, sizes, tags and policies."""
        self.stream("settings")
        name = {"StreamName": "settings"}
        self.api.increase_stream_retention_period(**name, RetentionPeriodHours=48)
        self.assertEqual(self.api.describe_stream_summary(**name)["StreamDescriptionSummary"]["RetentionPeriodHours"], 48)
        self.assertEqual(
            error(self.api.increase_stream_retention_period, **name, RetentionPeriodHours=30)["Message"],
            "Requested retention period (30 hours) for stream settings can not be shorter than existing retention"
            " period (48 hours). Use DecreaseRetentionPeriod API.",
        )
        self.api.decrease_stream_retention_period(**name, RetentionPeriodHours=24)
        self.api.describe_stream(**name)
        self.api.start_stream_encryption(**name, EncryptionType="KMS", KeyId="alias/aws/kinesis")
        described = self.api.describe_stream(**name)["StreamDescription"]
        self.assertEqual((described["EncryptionType"], described["KeyId"]), ("KMS", "alias/aws/kinesis"))
        put = self.api.put_record(**name, PartitionKey="k", Data=b"secret")
        self.assertEqual(put["EncryptionType"], "KMS")
        self.api.stop_stream_encryption(**name, EncryptionType="KMS", KeyId="alias/aws/kinesis")
        self.assertEqual(self.api.describe_stream(**name)["StreamDescription"]["EncryptionType"], "NONE")
        enabled = self.api.enable_enhanced_monitoring(**name, ShardLevelMetrics=["IncomingBytes", "OutgoingBytes"])
        self.assertEqual(enabled["DesiredShardLevelMetrics"], ["IncomingBytes", "OutgoingBytes"])
        self.api.describe_stream(**name)
        disabled = self.api.disable_enhanced_monitoring(**name, ShardLevelMetrics=["OutgoingBytes"])
        self.assertEqual(disabled["DesiredShardLevelMetrics"], ["IncomingBytes"])
        self.api.describe_stream(**name)
        arn = STREAM + "settings"
        self.api.update_max_record_size(StreamARN=arn, MaxRecordSizeInKiB=2048)
        self.assertEqual(self.api.describe_stream_summary(**name)["StreamDescriptionSummary"]["MaxRecordSizeInKiB"], 2048)
        self.api.put_record(**name, PartitionKey="k", Data=b"x" * 1_500_000)
        self.assertEqual(error_code(self.api.put_record, **name, PartitionKey="k", Data=b"x" * 3_000_000), "ValidationException")
        self.api.update_stream_mode(StreamARN=arn, StreamModeDetails={"StreamMode": "ON_DEMAND"})
        self.assertEqual(
            self.api.describe_stream(**name)["StreamDescription"]["StreamModeDetails"], {"StreamMode": "ON_DEMAND"}
        )
        warm = self.api.update_stream_warm_throughput(StreamARN=arn, WarmThroughputMiBps=100)
        self.assertEqual(warm["WarmThroughput"]["TargetMiBps"], 100)
        self.api.add_tags_to_stream(**name, Tags={"a": "1", "b": "2"})
        self.api.tag_resource(ResourceARN=arn, Tags={"c": "3"})
        self.api.remove_tags_from_stream(**name, TagKeys=["a"])
        self.api.untag_resource(ResourceARN=arn, TagKeys=["b"])
        self.assertEqual(self.api.list_tags_for_stream(**name)["Tags"], [{"Key": "c", "Value": "3"}])
        self.assertEqual(self.api.list_tags_for_resource(ResourceARN=arn)["Tags"], [{"Key": "c", "Value": "3"}])
        policy = json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                        "Action": "kinesis:PutRecord",
                        "Resource": arn,
                    }
                ],
            }
        )
        self.api.put_resource_policy(ResourceARN=arn, Policy=policy)
        self.assertEqual(self.api.get_resource_policy(ResourceARN=arn)["Policy"], policy)
        self.api.delete_resource_policy(ResourceARN=arn)
        self.assertEqual(error_code(self.api.get_resource_policy, ResourceARN=arn), "ResourceNotFoundException")
        self.assertEqual(
            self.api.describe_account_settings()["MinimumThroughputBillingCommitment"]["Status"], "DISABLED"
        )
        status = {"Status": "ENABLED"}
        self.api.update_account_settings(MinimumThroughputBillingCommitment=status)
        self.assertEqual(
            self.api.describe_account_settings()["MinimumThroughputBillingCommitment"]["Status"], "ENABLED"
        )

    def test_consumers(self):
        """Consumers are registered, described and deregistered; a stream with consumers is not deleted by mistake."""
        self.stream("consumed")
        arn = STREAM + "consumed"
        made = self.api.register_stream_consumer(StreamARN=arn, ConsumerName="one")["Consumer"]
        self.assertEqual(made["ConsumerStatus"], "CREATING")
        described = self.api.describe_stream_consumer(ConsumerARN=made["ConsumerARN"])["ConsumerDescription"]
        self.assertEqual((described["ConsumerStatus"], described["StreamARN"]), ("ACTIVE", arn))
        self.assertEqual(
            error_code(self.api.register_stream_consumer, StreamARN=arn, ConsumerName="one"), "ResourceInUseException"
        )
        self.assertEqual([c["ConsumerName"] for c in self.api.list_stream_consumers(StreamARN=arn)["Consumers"]], ["one"])
        self.assertEqual(error_code(self.api.delete_stream, StreamName="consumed"), "ResourceInUseException")
        self.api.put_record(StreamName="consumed", Data=b"first", PartitionKey="a")
        wanted = {"ConsumerARN": made["ConsumerARN"], "ShardId": "shardId-000000000000"}
        events = self.api.subscribe_to_shard(**wanted, StartingPosition={"Type": "TRIM_HORIZON"})["EventStream"]
        told = iter(events)
        first = next(told)["SubscribeToShardEvent"]
        self.assertEqual([record["Data"] for record in first["Records"]], [b"first"])
        self.api.put_record(StreamName="consumed", Data=b"second", PartitionKey="a")
        second = next(told)["SubscribeToShardEvent"]
        self.assertEqual([record["Data"] for record in second["Records"]], [b"second"])
        events.close()
        position = {"Type": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": first["ContinuationSequenceNumber"]}
        events = self.api.subscribe_to_shard(**wanted, StartingPosition=position)["EventStream"]
        again = next(iter(events))["SubscribeToShardEvent"]["Records"]
        self.assertEqual([record["SequenceNumber"] for record in again], [second["Records"][0]["SequenceNumber"]])
        events.close()
        wanted["ShardId"] = "shardId-000000000009"
        self.assertEqual(
            error_code(self.api.subscribe_to_shard, **wanted, StartingPosition={"Type": "LATEST"}),
            "ResourceNotFoundException")
        self.api.deregister_stream_consumer(StreamARN=arn, ConsumerName="one")
        self.assertEqual(self.api.list_stream_consumers(StreamARN=arn)["Consumers"], [])
