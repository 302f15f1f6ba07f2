import json
import unittest

from support import TestCase, client, error, error_code


class Queues(TestCase):
    """Amazon SQS: standard and FIFO queues, visibility, dead letters."""

    @classmethod
    def setUpClass(cls):
        cls.sqs = client("sqs")

    def queue(self, name, **attributes):
        url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self.addCleanup(self.sqs.delete_queue, QueueUrl=url)
        return url

    def arn(self, url):
        return self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def receive(self, url, **more):
        return self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **more).get("Messages", [])

    def test_queues(self):
        """A queue is made once with the same attributes, is found by its name, and is changed."""
        url = self.queue("one", DelaySeconds="0", VisibilityTimeout="60")
        self.assertEqual(self.sqs.create_queue(QueueName="one", Attributes={"VisibilityTimeout": "60"})["QueueUrl"], url)
        again = error(self.sqs.create_queue, QueueName="one", Attributes={"VisibilityTimeout": "61"})
        self.assertEqual(again["Code"], "QueueAlreadyExists")
        self.assertIn("different value for attribute VisibilityTimeout", again["Message"])
        self.assertEqual(self.sqs.get_queue_url(QueueName="one")["QueueUrl"], url)
        self.assertEqual(
            error_code(self.sqs.get_queue_url, QueueName="none"), "AWS.SimpleQueueService.NonExistentQueue"
        )
        self.assertIn(url, self.sqs.list_queues(QueueNamePrefix="on")["QueueUrls"])
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "120"})
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        self.assertEqual((found["MessageRetentionPeriod"], found["VisibilityTimeout"]), ("120", "60"))
        self.assertEqual(found["SqsManagedSseEnabled"], "true")
        self.assertEqual(
            error_code(self.sqs.set_queue_attributes, QueueUrl=url, Attributes={"DelaySeconds": "901"}),
            "InvalidAttributeValue",
        )
        self.assertEqual(error_code(self.sqs.create_queue, QueueName="a b"), "InvalidParameterValue")
        self.sqs.tag_queue(QueueUrl=url, Tags={"a": "1", "b": "2"})
        self.sqs.untag_queue(QueueUrl=url, TagKeys=["a"])
        self.assertEqual(self.sqs.list_queue_tags(QueueUrl=url)["Tags"], {"b": "2"})
        self.sqs.add_permission(QueueUrl=url, Label="send", AWSAccountIds=["111122223333"], Actions=["SendMessage"])
        policy = json.loads(self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"])
        self.assertEqual(policy["Statement"][0]["Sid"], "send")
        self.sqs.remove_permission(QueueUrl=url, Label="send")
        self.assertNotIn("Attributes", self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]))

    def test_messages(self):
        """A message is hidden while somebody has it, comes back, and is gone when it is deleted.

        boto3 itself holds the MD5 sums of bodies and attributes against its own.
        """
        url = self.queue("work", VisibilityTimeout="30")
        sent = self.sqs.send_message(
            QueueUrl=url, MessageBody="häuser",
            MessageAttributes={
                "n": {"DataType": "Number", "StringValue": "1"},
                "b": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
            },
        )
        self.assertIn("MD5OfMessageAttributes", sent)
        first = self.receive(url, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"])[0]
        self.assertEqual((first["MessageId"], first["Body"]), (sent["MessageId"], "häuser"))
        self.assertEqual(first["MessageAttributes"]["b"]["BinaryValue"], b"\x00\x01")
        self.assertEqual(first["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"])
        self.assertEqual(first["Attributes"]["ApproximateReceiveCount"], "1")
        self.assertEqual(self.receive(url), [])
        counts = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        self.assertEqual(counts["ApproximateNumberOfMessagesNotVisible"], "1")
        self.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0)
        second = self.receive(url)[0]
        # A long poll goes on in virtual time until the message is visible again.
        self.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=second["ReceiptHandle"], VisibilityTimeout=10)
        third = self.receive(url, WaitTimeSeconds=20, AttributeNames=["ApproximateReceiveCount"])[0]
        self.assertEqual(third["Attributes"], {"ApproximateReceiveCount": "3"})
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=third["ReceiptHandle"])
        self.assertEqual(self.receive(url, WaitTimeSeconds=20), [])
        self.assertEqual(
            error_code(self.sqs.delete_message, QueueUrl=url, ReceiptHandle="x"), "ReceiptHandleIsInvalid"
        )
        self.assertEqual(
            error_code(self.sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=11), "InvalidParameterValue"
        )
        self.sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=5)
        self.assertEqual(self.receive(url), [])
        self.assertEqual(self.receive(url, WaitTimeSeconds=10)[0]["Body"], "later")
        self.sqs.purge_queue(QueueUrl=url)
        self.assertEqual(
            error_code(self.sqs.purge_queue, QueueUrl=url), "AWS.SimpleQueueService.PurgeQueueInProgress"
        )

    def test_batches(self):
        """Batches tell what succeeded and what did not."""
        url = self.queue("batch")
        entries = [{"Id": str(n), "MessageBody": f"m{n}"} for n in range(5)] + [
            {"Id": "bad", "MessageBody": "x", "DelaySeconds": 5000}
        ]
        answer = self.sqs.send_message_batch(QueueUrl=url, Entries=entries)
        self.assertEqual(len(answer["Successful"]), 5)
        self.assertEqual((answer["Failed"][0]["Id"], answer["Failed"][0]["SenderFault"]), ("bad", True))
        found = self.receive(url)
        self.assertEqual([one["Body"] for one in found], [f"m{n}" for n in range(5)])
        handles = [{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(found)]
        changed = self.sqs.change_message_visibility_batch(
            QueueUrl=url, Entries=[{**one, "VisibilityTimeout": 100} for one in handles[:2]]
        )
        self.assertEqual(len(changed["Successful"]), 2)
        self.assertEqual(len(self.sqs.delete_message_batch(QueueUrl=url, Entries=handles)["Successful"]), 5)
        self.assertEqual(
            error_code(self.sqs.send_message_batch, QueueUrl=url, Entries=[]),
            "AWS.SimpleQueueService.EmptyBatchRequest",
        )
        twice = [{"Id": "a", "MessageBody": "1"}, {"Id": "a", "MessageBody": "2"}]
        self.assertEqual(
            error_code(self.sqs.send_message_batch, QueueUrl=url, Entries=twice),
            "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
        )
        self.assertEqual(
            error_code(
                self.sqs.send_message_batch, QueueUrl=url,
                Entries=[{"Id": str(n), "MessageBody": "x"} for n in range(11)],
            ),
            "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
        )

    def test_fifo(self):
        """A FIFO queue keeps the order in a group, one at a time, and drops duplicates."""
        url = self.queue("orders.fifo", FifoQueue="true", ContentBasedDeduplication="true")
        first = self.sqs.send_message(QueueUrl=url, MessageBody="1", MessageGroupId="a")
        again = self.sqs.send_message(QueueUrl=url, MessageBody="1", MessageGroupId="a")
        self.assertEqual(first["MessageId"], again["MessageId"])
        self.sqs.send_message(QueueUrl=url, MessageBody="2", MessageGroupId="a")
        self.sqs.send_message(QueueUrl=url, MessageBody="3", MessageGroupId="b")
        one = self.sqs.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"][0]
        self.assertEqual((one["Body"], one["Attributes"]["MessageGroupId"]), ("1", "a"))
        self.assertEqual([other["Body"] for other in self.receive(url)], ["3"])
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
        self.assertEqual([other["Body"] for other in self.receive(url)], ["2"])
        self.assertEqual(error_code(self.sqs.send_message, QueueUrl=url, MessageBody="x"), "MissingParameter")
        self.assertEqual(
            error_code(self.sqs.create_queue, QueueName="plain", Attributes={"FifoQueue": "true"}),
            "InvalidParameterValue",
        )

    def test_dead_letters(self):
        """A message that is received too often becomes a dead letter, and can be moved back."""
        nowhere = json.dumps({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:nowhere", "maxReceiveCount": 2})
        self.assertEqual(
            error(self.sqs.create_queue, QueueName="lost", Attributes={"RedrivePolicy": nowhere})["Message"],
            f"Value {nowhere} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.",
        )
        dead = self.queue("dead")
        policy = json.dumps({"deadLetterTargetArn": self.arn(dead), "maxReceiveCount": 2})
        url = self.queue("source", RedrivePolicy=policy, VisibilityTimeout="0")
        self.sqs.send_message(QueueUrl=url, MessageBody="poison")
        for _ in range(2):
            self.assertEqual(len(self.receive(url)), 1)
        self.assertEqual(self.receive(url), [])
        self.assertEqual(self.sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"], [url])
        letter = self.receive(dead, VisibilityTimeout=0, AttributeNames=["All"])[0]
        self.assertEqual(letter["Attributes"]["DeadLetterQueueSourceArn"], self.arn(url))
        self.assertIn("TaskHandle", self.sqs.start_message_move_task(SourceArn=self.arn(dead)))
        self.assertEqual(self.receive(url)[0]["Body"], "poison")
        self.assertEqual(
            error_code(self.sqs.start_message_move_task, SourceArn=self.arn(url)), "InvalidParameterValue"
        )
        moved = self.sqs.list_message_move_tasks(SourceArn=self.arn(dead))["Results"]
        self.assertEqual([(one["Status"], one["ApproximateNumberOfMessagesMoved"]) for one in moved], [("COMPLETED", 1)])

    def test_slow_moves(self):
        """A move with a limit takes its time, and can be cancelled."""
        dead = self.queue("slow-dead")
        policy = json.dumps({"deadLetterTargetArn": self.arn(dead), "maxReceiveCount": 1})
        url = self.queue("slow-source", RedrivePolicy=policy)
        for number in range(3):
            self.sqs.send_message(QueueUrl=dead, MessageBody=str(number))
        slowly = {"SourceArn": self.arn(dead), "DestinationArn": self.arn(url), "MaxNumberOfMessagesPerSecond": 1}
        handle = self.sqs.start_message_move_task(**slowly)["TaskHandle"]
        self.assertEqual(error_code(self.sqs.start_message_move_task, **slowly), "UnsupportedOperation")
        self.assertEqual(self.sqs.cancel_message_move_task(TaskHandle=handle)["ApproximateNumberOfMessagesMoved"], 0)
        self.assertEqual(error_code(self.sqs.cancel_message_move_task, TaskHandle=handle), "UnsupportedOperation")
        self.sqs.start_message_move_task(**slowly)
        tasks = self.sqs.list_message_move_tasks(SourceArn=self.arn(dead), MaxResults=10)["Results"]
        self.assertEqual([task["Status"] for task in tasks], ["COMPLETED", "CANCELLED"])
        self.assertEqual(sorted(message["Body"] for message in self.receive(url)), ["0", "1", "2"])


if __name__ == "__main__":
    unittest.main()
