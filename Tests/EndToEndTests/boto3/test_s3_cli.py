import os
import shutil
import subprocess
import tempfile
import unittest

from support import TestCase, client


@unittest.skipUnless(shutil.which("aws"), "there is no aws CLI")
class CommandLine(TestCase):
    """The high-level commands of `aws s3`."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def aws(self, *arguments, fails=False):
        """What `aws s3` prints."""
        done = subprocess.run(
            ["aws", "s3", *arguments], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        self.assertEqual(done.returncode != 0, fails, done.stdout)
        return done.stdout

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        # Long ago, so that what was uploaded counts as newer.
        os.utime(path, (1_600_000_000, 1_600_000_000))
        return path

    def read(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def test_commands(self):
        """Buckets are made, files copied, listed, synchronised and removed."""
        self.aws("mb", "s3://cli-bucket")
        self.assertIn("cli-bucket", self.aws("ls"))
        large = os.urandom(1 << 20) * 12
        self.write("up/large.bin", large)
        self.write("up/sub/small.txt", b"small")
        self.aws("cp", "up/large.bin", "s3://cli-bucket/large.bin")
        self.aws("cp", "s3://cli-bucket/large.bin", "down.bin")
        self.assertEqual(self.read("down.bin"), large)
        self.assertIn(str(len(large)), self.aws("ls", "s3://cli-bucket/"))
        self.aws("sync", "up", "s3://cli-bucket/tree")
        self.assertEqual(self.aws("sync", "up", "s3://cli-bucket/tree"), "")
        self.assertIn("PRE sub/", self.aws("ls", "s3://cli-bucket/tree/"))
        self.aws("sync", "s3://cli-bucket/tree", "back")
        self.assertEqual(self.read("back/sub/small.txt"), b"small")
        os.remove(os.path.join(self.folder, "up/sub/small.txt"))
        self.assertIn("delete:", self.aws("sync", "up", "s3://cli-bucket/tree", "--delete"))
        self.aws("mv", "s3://cli-bucket/large.bin", "s3://cli-bucket/moved.bin")
        self.assertIn("404", self.aws("cp", "s3://cli-bucket/large.bin", "again.bin", fails=True))
        self.assertIn("http", self.aws("presign", "s3://cli-bucket/moved.bin"))
        self.aws("rb", "s3://cli-bucket", fails=True)
        self.aws("rm", "s3://cli-bucket", "--recursive")
        self.assertEqual(client("s3").list_objects_v2(Bucket="cli-bucket")["KeyCount"], 0)
        self.aws("rb", "s3://cli-bucket")
        self.assertNotIn("cli-bucket", self.aws("ls"))

    def test_standard_streams(self):
        """A copy from and to standard streams."""
        self.aws("mb", "s3://cli-streams")
        done = subprocess.run(["aws", "s3", "cp", "-", "s3://cli-streams/in"], input=b"piped", check=True, capture_output=True)
        self.assertEqual(done.returncode, 0)
        done = subprocess.run(["aws", "s3", "cp", "s3://cli-streams/in", "-"], check=True, capture_output=True)
        self.assertEqual(done.stdout, b"piped")
        self.aws("rb", "s3://cli-streams", "--force")


if __name__ == "__main__":
    unittest.main()
