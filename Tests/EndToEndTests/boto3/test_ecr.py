import base64
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

from support import TestCase, client, error, error_code


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Registry(TestCase):
    """Amazon ECR: repositories, images, policies, and the registry that container clients talk to."""

    @classmethod
    def setUpClass(cls):
        cls.ecr = client("ecr")

    def repository(self, name, **more):
        made = self.ecr.create_repository(repositoryName=name, **more)["repository"]
        self.addCleanup(self.ecr.delete_repository, repositoryName=name, force=True)
        return made

    def push(self, name, tag, layer=b"layer", config=b"{}"):
        """Pushes an image by the API alone."""
        for data in (layer, config):
            upload = self.ecr.initiate_layer_upload(repositoryName=name)["uploadId"]
            half = len(data) // 2
            for first, part in ((0, data[:half]), (half, data[half:])):
                if part:
                    self.ecr.upload_layer_part(
                        repositoryName=name, uploadId=upload, partFirstByte=first,
                        partLastByte=first + len(part) - 1, layerPartBlob=part)
            try:
                self.ecr.complete_layer_upload(repositoryName=name, uploadId=upload, layerDigests=[digest(data)])
            except self.ecr.exceptions.LayerAlreadyExistsException:
                pass
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "config": {"digest": digest(config)}, "layers": [{"digest": digest(layer)}]})
        return self.ecr.put_image(repositoryName=name, imageManifest=manifest, imageTag=tag)["image"]

    def test_repositories(self):
        """A repository is made once, described, changed and deleted, with force where it is not empty."""
        made = self.repository(
            "team/web", imageScanningConfiguration={"scanOnPush": True}, tags=[{"Key": "a", "Value": "1"}])
        self.assertEqual(made["repositoryUri"], "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/web")
        self.assertEqual(made["imageTagMutability"], "MUTABLE")
        again = error(self.ecr.create_repository, repositoryName="team/web")
        self.assertEqual(again["Code"], "RepositoryAlreadyExistsException")
        self.assertIn("already exists in the registry with id '123456789012'", again["Message"])
        self.assertEqual(error_code(self.ecr.create_repository, repositoryName="Team"), "InvalidParameterException")
        found = self.ecr.describe_repositories(repositoryNames=["team/web"])["repositories"]
        self.assertEqual(found[0]["imageScanningConfiguration"], {"scanOnPush": True})
        self.assertEqual(
            error_code(self.ecr.describe_repositories, repositoryNames=["none"]), "RepositoryNotFoundException")
        self.ecr.put_image_tag_mutability(repositoryName="team/web", imageTagMutability="IMMUTABLE")
        self.ecr.put_image_scanning_configuration(
            repositoryName="team/web", imageScanningConfiguration={"scanOnPush": False})
        self.ecr.tag_resource(resourceArn=made["repositoryArn"], tags=[{"Key": "b", "Value": "2"}])
        self.ecr.untag_resource(resourceArn=made["repositoryArn"], tagKeys=["a"])
        tags = self.ecr.list_tags_for_resource(resourceArn=made["repositoryArn"])["tags"]
        self.assertEqual(tags, [{"Key": "b", "Value": "2"}])
        self.push("team/web", "v1")
        self.assertEqual(error_code(self.ecr.delete_repository, repositoryName="team/web"), "RepositoryNotEmptyException")

    def test_images(self):
        """Images are pushed in parts, found by tag and digest, and deleted; tags may be immutable."""
        self.repository("app", imageTagMutability="IMMUTABLE")
        image = self.push("app", "v1")
        self.assertEqual(image["imageId"]["imageTag"], "v1")
        self.assertEqual(error_code(self.push, name="app", tag="v1"), "ImageAlreadyExistsException")
        self.assertEqual(
            error_code(self.push, name="app", tag="v1", layer=b"other"), "ImageTagAlreadyExistsException")
        self.push("app", "v2", layer=b"other")
        listed = self.ecr.list_images(repositoryName="app", filter={"tagStatus": "TAGGED"})["imageIds"]
        self.assertEqual({one["imageTag"] for one in listed}, {"v1", "v2"})
        details = self.ecr.describe_images(repositoryName="app", imageIds=[{"imageTag": "v1"}])["imageDetails"][0]
        self.assertEqual(details["imageSizeInBytes"], 5)
        got = self.ecr.batch_get_image(
            repositoryName="app", imageIds=[{"imageDigest": image["imageId"]["imageDigest"]}, {"imageTag": "v9"}])
        self.assertEqual(len(got["images"]), 1)
        self.assertEqual(got["failures"][0]["failureCode"], "ImageNotFound")
        self.assertEqual(
            error_code(self.ecr.describe_images, repositoryName="app", imageIds=[{"imageTag": "v9"}]),
            "ImageNotFoundException")
        layers = self.ecr.batch_check_layer_availability(
            repositoryName="app", layerDigests=[digest(b"layer"), digest(b"none")])["layers"]
        self.assertEqual([one["layerAvailability"] for one in layers], ["AVAILABLE", "UNAVAILABLE"])
        url = self.ecr.get_download_url_for_layer(repositoryName="app", layerDigest=digest(b"layer"))["downloadUrl"]
        self.assertTrue(url.startswith("https://123456789012.dkr.ecr."))
        missing = {"schemaVersion": 2, "config": {"digest": digest(b"x")}, "layers": []}
        self.assertEqual(
            error_code(self.ecr.put_image, repositoryName="app", imageManifest=json.dumps(missing), imageTag="v3"),
            "LayersNotFoundException")
        upload = self.ecr.initiate_layer_upload(repositoryName="app")["uploadId"]
        self.assertEqual(
            error_code(
                self.ecr.upload_layer_part, repositoryName="app", uploadId=upload, partFirstByte=5, partLastByte=6,
                layerPartBlob=b"xx"), "InvalidLayerPartException")
        gone = self.ecr.batch_delete_image(repositoryName="app", imageIds=[{"imageTag": "v2"}])
        self.assertEqual(gone["imageIds"][0]["imageTag"], "v2")

    def test_scanning(self):
        """Scans find nothing, and say so."""
        self.repository("scanned")
        self.push("scanned", "v1")
        self.assertEqual(
            error_code(self.ecr.describe_image_scan_findings, repositoryName="scanned", imageId={"imageTag": "v1"}),
            "ScanNotFoundException")
        self.ecr.start_image_scan(repositoryName="scanned", imageId={"imageTag": "v1"})
        found = self.ecr.describe_image_scan_findings(repositoryName="scanned", imageId={"imageTag": "v1"})
        self.assertEqual(found["imageScanStatus"]["status"], "COMPLETE")
        self.ecr.put_registry_scanning_configuration(scanType="BASIC", rules=[])
        self.assertEqual(self.ecr.get_registry_scanning_configuration()["scanningConfiguration"]["scanType"], "BASIC")
        both = self.ecr.batch_get_repository_scanning_configuration(repositoryNames=["scanned", "none"])
        self.assertEqual((len(both["scanningConfigurations"]), len(both["failures"])), (1, 1))

    def test_policies(self):
        """Policies of a repository and of the registry are kept as they were put."""
        self.repository("guarded")
        missing = error(self.ecr.get_repository_policy, repositoryName="guarded")
        self.assertEqual(missing["Code"], "RepositoryPolicyNotFoundException")
        policy = json.dumps({"Version": "2012-10-17", "Statement": [
            {"Sid": "pull", "Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}]})
        self.ecr.set_repository_policy(repositoryName="guarded", policyText=policy)
        self.assertEqual(self.ecr.get_repository_policy(repositoryName="guarded")["policyText"], policy)
        self.ecr.delete_repository_policy(repositoryName="guarded")
        self.assertEqual(
            error_code(self.ecr.set_repository_policy, repositoryName="guarded", policyText="{}"),
            "InvalidParameterException")
        rule = {"rulePriority": 1, "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed",
                "countUnit": "days", "countNumber": 14}, "action": {"type": "expire"}}
        text = json.dumps({"rules": [rule]})
        self.ecr.put_lifecycle_policy(repositoryName="guarded", lifecyclePolicyText=text)
        self.assertEqual(self.ecr.get_lifecycle_policy(repositoryName="guarded")["lifecyclePolicyText"], text)
        self.assertEqual(
            error_code(
                self.ecr.put_lifecycle_policy, repositoryName="guarded",
                lifecyclePolicyText=json.dumps({"rules": [rule, rule]})), "InvalidParameterException")
        every = {**rule, "selection": {
            "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 9}}
        every["rulePriority"] = 2
        self.ecr.put_lifecycle_policy(
            repositoryName="guarded", lifecyclePolicyText=json.dumps({"rules": [rule, every]}))
        # What is for every image comes last.
        self.assertEqual(
            error_code(
                self.ecr.put_lifecycle_policy, repositoryName="guarded",
                lifecyclePolicyText=json.dumps({"rules": [{**rule, "rulePriority": 3}, every]})),
            "InvalidParameterException")
        self.ecr.delete_lifecycle_policy(repositoryName="guarded")
        self.assertEqual(
            error_code(self.ecr.get_lifecycle_policy, repositoryName="guarded"), "LifecyclePolicyNotFoundException")
        self.assertEqual(error_code(self.ecr.get_registry_policy), "RegistryPolicyNotFoundException")
        self.ecr.put_registry_policy(policyText=policy)
        self.assertEqual(self.ecr.get_registry_policy()["policyText"], policy)
        self.ecr.delete_registry_policy()
        self.ecr.put_replication_configuration(replicationConfiguration={"rules": []})
        self.assertEqual(self.ecr.describe_registry()["replicationConfiguration"], {"rules": []})
        self.ecr.put_account_setting(name="BASIC_SCAN_TYPE_VERSION", value="CLAIR")
        self.assertEqual(self.ecr.get_account_setting(name="BASIC_SCAN_TYPE_VERSION")["value"], "CLAIR")

    def call(self, method, path, token=None, data=None, headers=None):
        request = urllib.request.Request(
            os.environ["AWS_ENDPOINT_URL"] + path, data=data, method=method, headers=headers or {})
        if token:
            request.add_header("Authorization", "Basic " + token)
        try:
            answer = urllib.request.urlopen(request)
        except urllib.error.HTTPError as problem:
            answer = problem
        return answer.status, answer.headers, answer.read()

    def test_registry(self):
        """The registry wants its password, verifies digests, and takes layers whole and in chunks."""
        self.repository("raw")
        status, headers, _ = self.call("GET", "/v2/")
        self.assertEqual(status, 401)
        self.assertTrue(headers["WWW-Authenticate"].startswith("Basic "))
        wrong = base64.b64encode(b"AWS:wrong").decode()
        self.assertEqual(self.call("GET", "/v2/", wrong)[0], 401)
        token = self.ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
        self.assertEqual(self.call("GET", "/v2/", token)[0], 200)
        whole = b"whole"
        status, headers, _ = self.call("POST", f"/v2/raw/blobs/uploads/?digest={digest(whole)}", token, whole)
        self.assertEqual((status, headers["Docker-Content-Digest"]), (201, digest(whole)))
        where = self.call("POST", "/v2/raw/blobs/uploads/", token, b"")[1]["Location"]
        self.assertEqual(self.call("PATCH", where, token, b"chu", {"Content-Range": "0-2"})[1]["Range"], "0-2")
        self.assertEqual(self.call("PATCH", where, token, b"nk", {"Content-Range": "7-8"})[0], 416)
        self.assertEqual(self.call("PATCH", where, token, b"nk", {"Content-Range": "3-4"})[1]["Range"], "0-4")
        self.assertEqual(self.call("PUT", f"{where}?digest={digest(b'other')}", token, b"")[0], 400)
        self.assertEqual(self.call("PUT", f"{where}?digest={digest(b'chunk')}", token, b"")[0], 201)
        self.assertEqual(self.call("GET", f"/v2/raw/blobs/{digest(b'chunk')}", token)[2], b"chunk")
        self.assertEqual(self.call("HEAD", f"/v2/raw/blobs/{digest(b'none')}", token)[0], 404)
        self.assertEqual(self.call("GET", "/v2/none/tags/list", token)[0], 404)
        self.assertEqual(self.call("PUT", "/v2/raw/manifests/v1", token, b"{")[0], 400)

    @unittest.skipUnless(shutil.which("skopeo"), "skopeo is not installed: `make test` installs it")
    def test_skopeo(self):
        """skopeo pushes an image, pulls it, and gets the same bytes."""
        self.repository("pushed")
        host = os.environ["AWS_ENDPOINT_URL"].split("//")[1]
        data = self.ecr.get_authorization_token()["authorizationData"][0]
        login = base64.b64decode(data["authorizationToken"]).decode()
        with tempfile.TemporaryDirectory() as folder:
            layer = b"\0" * 10240
            config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Cmd": ["/x"]},
                                 "rootfs": {"type": "layers", "diff_ids": [digest(layer)]}}).encode()
            os.makedirs(f"{folder}/in/blobs/sha256")
            manifest = json.dumps({
                "schemaVersion": 2,
                "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest(config),
                           "size": len(config)},
                "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest(layer),
                            "size": len(layer)}]}).encode()
            for blob in (layer, config, manifest):
                with open(f"{folder}/in/blobs/sha256/{digest(blob)[7:]}", "wb") as file:
                    file.write(blob)
            with open(f"{folder}/in/oci-layout", "w") as file:
                file.write('{"imageLayoutVersion": "1.0.0"}')
            with open(f"{folder}/in/index.json", "w") as file:
                json.dump({"schemaVersion": 2, "manifests": [{
                    "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest(manifest),
                    "size": len(manifest), "annotations": {"org.opencontainers.image.ref.name": "v1"}}]}, file)
            skopeo = ["skopeo", "--insecure-policy", "copy"]
            subprocess.run(
                skopeo + ["--dest-tls-verify=false", "--dest-creds", login, f"oci:{folder}/in:v1",
                          f"docker://{host}/pushed:v1"], check=True, capture_output=True)
            subprocess.run(
                skopeo + ["--src-tls-verify=false", "--src-creds", login, f"docker://{host}/pushed:v1",
                          f"oci:{folder}/out:v1"], check=True, capture_output=True)
            found = self.ecr.describe_images(repositoryName="pushed")["imageDetails"]
            self.assertEqual([one["imageTags"] for one in found], [["v1"]])
            with open(f"{folder}/out/index.json") as file:
                self.assertEqual(json.load(file)["manifests"][0]["digest"], found[0]["imageDigest"])


if __name__ == "__main__":
    unittest.main()
