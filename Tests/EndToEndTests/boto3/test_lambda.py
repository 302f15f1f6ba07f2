import io
import json
import unittest
import zipfile

from support import TestCase, client, error, error_code

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


def package(**files):
    """A zip file; `handler="…"` becomes `handler.py`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)
    return buffer.getvalue()


class Functions(TestCase):
    """AWS Lambda's control plane: functions, versions, aliases, layers, permissions, event sources."""

    @classmethod
    def setUpClass(cls):
        cls.api = client("lambda")
        iam = client("iam")
        cls.role = iam.create_role(RoleName="lambda-control", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        cls.stranger = iam.create_role(
            RoleName="not-for-lambda",
            AssumeRolePolicyDocument=json.dumps(TRUST).replace("lambda.amazonaws.com", "ec2.amazonaws.com"),
        )["Role"]["Arn"]

    @classmethod
    def tearDownClass(cls):
        iam = client("iam")
        for name in ("lambda-control", "not-for-lambda"):
            iam.delete_role(RoleName=name)

    def function(self, name, **more):
        parameters = {
            "FunctionName": name,
            "Runtime": "python3.12",
            "Role": self.role,
            "Handler": "handler.handle",
            "Code": {"ZipFile": package(handler="def handle(event, context): return event")},
            **more,
        }
        made = self.api.create_function(**parameters)
        self.addCleanup(self.api.delete_function, FunctionName=name)
        return made

    def ready(self, name, **more):
        self.function(name, **more)
        self.api.get_waiter("function_active_v2").wait(FunctionName=name)
        return self.api.get_function(FunctionName=name)["Configuration"]

    def test_life_of_a_function(self):
        """A function is pending, then active; a change is in progress, then successful."""
        made = self.function("life", Tags={"a": "1"}, Environment={"Variables": {"STAGE": "dev"}})
        self.assertEqual((made["State"], made["StateReasonCode"], made["Version"]), ("Pending", "Creating", "$LATEST"))
        self.assertEqual((made["MemorySize"], made["Timeout"], made["PackageType"]), (128, 3, "Zip"))
        self.assertEqual(error_code(self.api.create_function, **self.parameters("life")), "ResourceConflictException")
        self.api.get_waiter("function_active_v2").wait(FunctionName="life")
        found = self.api.get_function(FunctionName=made["FunctionArn"])
        self.assertEqual((found["Configuration"]["State"], found["Tags"]), ("Active", {"a": "1"}))
        changed = self.api.update_function_configuration(FunctionName="life", MemorySize=512, Timeout=900)
        self.assertEqual((changed["LastUpdateStatus"], changed["MemorySize"]), ("InProgress", 512))
        busy = error(self.api.update_function_configuration, FunctionName="life", Timeout=5)
        self.assertEqual(busy["Code"], "ResourceConflictException")
        self.assertIn("An update is in progress for resource: " + made["FunctionArn"], busy["Message"])
        self.api.get_waiter("function_updated_v2").wait(FunctionName="life")
        stale = error_code(
            self.api.update_function_configuration, FunctionName="life", Timeout=5, RevisionId=made["RevisionId"]
        )
        self.assertEqual(stale, "PreconditionFailedException")
        code = self.api.update_function_code(FunctionName="life", ZipFile=package(handler="x = 1"), DryRun=True)
        self.assertNotEqual(code["CodeSha256"], made["CodeSha256"])
        self.assertEqual(self.api.get_function_configuration(FunctionName="life")["CodeSha256"], made["CodeSha256"])
        self.api.update_function_code(FunctionName="life", ZipFile=package(handler="x = 1"))
        self.api.get_waiter("function_updated_v2").wait(FunctionName="life")
        names = [item["FunctionName"] for item in self.api.list_functions()["Functions"]]
        self.assertIn("life", names)
        usage = self.api.get_account_settings()
        self.assertGreaterEqual(usage["AccountUsage"]["FunctionCount"], 1)
        self.assertEqual(usage["AccountLimit"]["ConcurrentExecutions"], 1000)

    def parameters(self, name, **more):
        return {
            "FunctionName": name,
            "Runtime": "python3.12",
            "Role": self.role,
            "Handler": "handler.handle",
            "Code": {"ZipFile": package(handler="")},
            **more,
        }

    def test_what_is_refused(self):
        """Bad functions are refused in AWS's words."""

        def refused(**more):
            return error(self.api.create_function, **self.parameters("refused", **more))

        cases = [
            (
                {"Role": self.stranger},
                "InvalidParameterValueException",
                "The role defined for the function cannot be assumed by Lambda.",
            ),
            ({"Runtime": "python2.5"}, "InvalidParameterValueException", "Value python2.5 at 'runtime' failed"),
            (
                {"Runtime": "python3.8"},
                "InvalidParameterValueException",
                "The runtime parameter of python3.8 is no longer supported for creating or updating AWS Lambda functions. "
                "We recommend you use a supported runtime while creating or updating functions.",
            ),
            (
                {"Code": {"ZipFile": b"no zip"}},
                "InvalidParameterValueException",
                "Could not unzip uploaded file. Please check your file, then try to upload again.",
            ),
            ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "InvalidParameterValueException", "AWS_REGION"),
            ({"Environment": {"Variables": {"BIG": "x" * 5000}}}, "InvalidParameterValueException", "4KB limit"),
            (
                {"Code": {"S3Bucket": "nobody-has-this-bucket", "S3Key": "x"}},
                "InvalidParameterValueException",
                "S3 Error Code: NoSuchBucket",
            ),
            ({"Layers": ["arn:aws:lambda:us-east-1:123456789012:layer:none:1"]}, "InvalidParameterValueException", "Layer"),
        ]
        for more, code, message in cases:
            with self.subTest(message=message):
                found = refused(**more)
                self.assertEqual(found["Code"], code)
                self.assertIn(message, found["Message"])
        unknown = error(self.api.get_function, FunctionName="none")
        self.assertEqual(unknown["Code"], "ResourceNotFoundException")
        self.assertEqual(
            unknown["Message"], "Function not found: arn:aws:lambda:us-east-1:123456789012:function:none"
        )

    def test_a_bomb(self):
        """A zip file that unpacks to more than 250 MB is refused, and unpacked no further."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(5):
                archive.writestr(f"{number}.bin", b"\0" * (60 << 20))
        found = error(self.api.create_function, **self.parameters("bomb", Code={"ZipFile": buffer.getvalue()}))
        self.assertEqual(found["Message"], "Unzipped size must be smaller than 262144000 bytes")

    def test_code_in_s3(self):
        """Code may come from a bucket."""
        s3 = client("s3")
        s3.create_bucket(Bucket="lambda-code-of-ours")
        self.addCleanup(s3.delete_bucket, Bucket="lambda-code-of-ours")
        s3.put_object(Bucket="lambda-code-of-ours", Key="code.zip", Body=package(handler="x = 2"))
        self.addCleanup(s3.delete_object, Bucket="lambda-code-of-ours", Key="code.zip")
        made = self.function("from-s3", Code={"S3Bucket": "lambda-code-of-ours", "S3Key": "code.zip"})
        self.assertEqual(made["CodeSize"], len(package(handler="x = 2")))

    def test_versions_and_aliases(self):
        """A version stays as it was published; an alias names one, or two by weight."""
        self.ready("versions")
        first = self.api.publish_version(FunctionName="versions", Description="the first")
        self.assertEqual((first["Version"], first["Description"]), ("1", "the first"))
        self.assertTrue(first["FunctionArn"].endswith(":function:versions:1"))
        self.api.update_function_code(FunctionName="versions", ZipFile=package(handler="x = 3"), Publish=False)
        self.api.get_waiter("function_updated_v2").wait(FunctionName="versions")
        second = self.api.publish_version(FunctionName="versions")
        self.assertEqual(second["Version"], "2")
        self.assertNotEqual(first["CodeSha256"], second["CodeSha256"])
        listed = self.api.list_versions_by_function(FunctionName="versions")["Versions"]
        self.assertEqual([item["Version"] for item in listed], ["$LATEST", "1", "2"])
        alias = self.api.create_alias(FunctionName="versions", Name="live", FunctionVersion="1")
        self.assertTrue(alias["AliasArn"].endswith(":versions:live"))
        self.assertEqual(
            error_code(self.api.create_alias, FunctionName="versions", Name="live", FunctionVersion="1"),
            "ResourceConflictException",
        )
        self.api.update_alias(
            FunctionName="versions", Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.25}}
        )
        found = self.api.get_alias(FunctionName="versions", Name="live")
        self.assertEqual(found["RoutingConfig"]["AdditionalVersionWeights"], {"2": 0.25})
        self.assertEqual(self.api.get_function(FunctionName="versions:live")["Configuration"]["Version"], "1")
        used = error(self.api.delete_function, FunctionName="versions", Qualifier="1")
        self.assertEqual(used["Code"], "ResourceConflictException")
        self.assertEqual(len(self.api.list_aliases(FunctionName="versions")["Aliases"]), 1)
        self.api.delete_alias(FunctionName="versions", Name="live")
        self.api.delete_function(FunctionName="versions", Qualifier="1")
        self.assertEqual(
            error_code(self.api.get_function, FunctionName="versions", Qualifier="1"), "ResourceNotFoundException"
        )

    def test_permissions(self):
        """A function's policy is a document of statements."""
        self.ready("policies")
        statement = json.loads(
            self.api.add_permission(
                FunctionName="policies",
                StatementId="bucket",
                Action="lambda:InvokeFunction",
                Principal="s3.amazonaws.com",
                SourceArn="arn:aws:s3:::a-bucket",
                SourceAccount="123456789012",
            )["Statement"]
        )
        self.assertEqual(statement["Principal"], {"Service": "s3.amazonaws.com"})
        self.assertEqual(statement["Condition"]["ArnLike"], {"AWS:SourceArn": "arn:aws:s3:::a-bucket"})
        policy = json.loads(self.api.get_policy(FunctionName="policies")["Policy"])
        self.assertEqual(policy["Statement"], [statement])
        twice = error_code(
            self.api.add_permission,
            FunctionName="policies",
            StatementId="bucket",
            Action="lambda:InvokeFunction",
            Principal="s3.amazonaws.com",
        )
        self.assertEqual(twice, "ResourceConflictException")
        spaced = error(
            self.api.add_permission,
            FunctionName="policies",
            StatementId="my bucket",
            Action="lambda:InvokeFunction",
            Principal="s3.amazonaws.com",
        )
        self.assertEqual(
            spaced["Message"],
            "1 validation error detected: Value 'my bucket' at 'statementId' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)",
        )
        self.api.remove_permission(FunctionName="policies", StatementId="bucket")
        self.assertEqual(error_code(self.api.get_policy, FunctionName="policies"), "ResourceNotFoundException")

    def test_layers(self):
        """Layers have versions, which functions name and which others may be let use."""
        made = self.api.publish_layer_version(
            LayerName="helpers",
            Content={"ZipFile": package(helper="x = 1")},
            CompatibleRuntimes=["python3.12"],
            Description="ours",
        )
        self.assertEqual(made["Version"], 1)
        arn = made["LayerVersionArn"]
        self.addCleanup(self.api.delete_layer_version, LayerName="helpers", VersionNumber=1)
        self.assertEqual(self.ready("layered", Layers=[arn])["Layers"][0]["Arn"], arn)
        self.assertEqual(self.api.get_layer_version_by_arn(Arn=arn)["Description"], "ours")
        self.assertEqual(
            self.api.get_layer_version(LayerName="helpers", VersionNumber=1)["Content"]["CodeSha256"],
            made["Content"]["CodeSha256"],
        )
        self.assertEqual(self.api.list_layers(CompatibleRuntime="python3.12")["Layers"][0]["LayerName"], "helpers")
        self.assertEqual(len(self.api.list_layer_versions(LayerName="helpers")["LayerVersions"]), 1)
        self.api.add_layer_version_permission(
            LayerName="helpers", VersionNumber=1, StatementId="all", Action="lambda:GetLayerVersion", Principal="*"
        )
        policy = json.loads(self.api.get_layer_version_policy(LayerName="helpers", VersionNumber=1)["Policy"])
        self.assertEqual(policy["Statement"][0]["Resource"], arn)
        self.api.remove_layer_version_permission(LayerName="helpers", VersionNumber=1, StatementId="all")
        self.assertEqual(
            error_code(self.api.get_layer_version_policy, LayerName="helpers", VersionNumber=1),
            "ResourceNotFoundException",
        )

    def test_settings(self):
        """Concurrency, asynchronous invocation, addresses, runtime management, tags."""
        arn = self.ready("settings")["FunctionArn"]
        api = self.api
        api.put_function_concurrency(FunctionName="settings", ReservedConcurrentExecutions=5)
        self.assertEqual(api.get_function_concurrency(FunctionName="settings")["ReservedConcurrentExecutions"], 5)
        self.assertIn(
            "below its minimum value of [100]",
            error(api.put_function_concurrency, FunctionName="settings", ReservedConcurrentExecutions=950)["Message"],
        )
        api.delete_function_concurrency(FunctionName="settings")
        api.publish_version(FunctionName="settings")
        config = api.put_provisioned_concurrency_config(
            FunctionName="settings", Qualifier="1", ProvisionedConcurrentExecutions=2
        )
        self.assertEqual(config["Status"], "IN_PROGRESS")
        self.assertEqual(
            api.get_provisioned_concurrency_config(FunctionName="settings", Qualifier="1")["Status"], "READY"
        )
        self.assertEqual(
            len(api.list_provisioned_concurrency_configs(FunctionName="settings")["ProvisionedConcurrencyConfigs"]), 1
        )
        api.delete_provisioned_concurrency_config(FunctionName="settings", Qualifier="1")
        api.put_function_event_invoke_config(FunctionName="settings", MaximumRetryAttempts=0)
        api.update_function_event_invoke_config(FunctionName="settings", MaximumEventAgeInSeconds=60)
        found = api.get_function_event_invoke_config(FunctionName="settings")
        self.assertEqual((found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]), (0, 60))
        self.assertEqual(
            len(api.list_function_event_invoke_configs(FunctionName="settings")["FunctionEventInvokeConfigs"]), 1
        )
        api.delete_function_event_invoke_config(FunctionName="settings")
        url = api.create_function_url_config(FunctionName="settings", AuthType="AWS_IAM")["FunctionUrl"]
        self.assertRegex(url, r"^https://[a-z0-9]+\.lambda-url\.us-east-1\.on\.aws/$")
        api.update_function_url_config(FunctionName="settings", AuthType="NONE", Cors={"AllowOrigins": ["*"]})
        self.assertEqual(api.get_function_url_config(FunctionName="settings")["AuthType"], "NONE")
        self.assertEqual(len(api.list_function_url_configs(FunctionName="settings")["FunctionUrlConfigs"]), 1)
        api.delete_function_url_config(FunctionName="settings")
        api.put_runtime_management_config(FunctionName="settings", UpdateRuntimeOn="FunctionUpdate")
        self.assertEqual(
            api.get_runtime_management_config(FunctionName="settings")["UpdateRuntimeOn"], "FunctionUpdate"
        )
        api.put_function_recursion_config(FunctionName="settings", RecursiveLoop="Allow")
        self.assertEqual(api.get_function_recursion_config(FunctionName="settings")["RecursiveLoop"], "Allow")
        api.tag_resource(Resource=arn, Tags={"a": "1", "b": "2"})
        api.untag_resource(Resource=arn, TagKeys=["a"])
        self.assertEqual(api.list_tags(Resource=arn)["Tags"], {"b": "2"})

    def test_code_signing(self):
        """Code signing configurations are kept and attached."""
        self.ready("signed")
        api = self.api
        publishers = {"SigningProfileVersionArns": ["arn:aws:signer:us-east-1:123456789012:/signing-profiles/p/abc"]}
        made = api.create_code_signing_config(AllowedPublishers=publishers)["CodeSigningConfig"]
        arn = made["CodeSigningConfigArn"]
        api.update_code_signing_config(CodeSigningConfigArn=arn, Description="ours")
        self.assertEqual(api.get_code_signing_config(CodeSigningConfigArn=arn)["CodeSigningConfig"]["Description"], "ours")
        self.assertEqual(len(api.list_code_signing_configs()["CodeSigningConfigs"]), 1)
        api.put_function_code_signing_config(FunctionName="signed", CodeSigningConfigArn=arn)
        self.assertEqual(api.get_function_code_signing_config(FunctionName="signed")["CodeSigningConfigArn"], arn)
        self.assertEqual(len(api.list_functions_by_code_signing_config(CodeSigningConfigArn=arn)["FunctionArns"]), 1)
        enforce = {"UntrustedArtifactOnDeployment": "Enforce"}
        api.update_code_signing_config(CodeSigningConfigArn=arn, CodeSigningPolicies=enforce)
        refused = error_code(api.update_function_code, FunctionName="signed", ZipFile=package(handler="x = 2"))
        self.assertEqual(refused, "CodeVerificationFailedException")
        api.delete_function_code_signing_config(FunctionName="signed")
        api.delete_code_signing_config(CodeSigningConfigArn=arn)
        self.assertEqual(
            error_code(api.get_code_signing_config, CodeSigningConfigArn=arn), "CodeSigningConfigNotFoundException"
        )

    def test_event_sources(self):
        """A mapping is made, enabled, changed and deleted, each with its state in between."""
        sqs = client("sqs")
        url = sqs.create_queue(QueueName="lambda-source")["QueueUrl"]
        self.addCleanup(sqs.delete_queue, QueueUrl=url)
        source = "arn:aws:sqs:us-east-1:123456789012:lambda-source"
        self.ready("sourced")
        api = self.api
        made = api.create_event_source_mapping(FunctionName="sourced", EventSourceArn=source, BatchSize=5)
        self.assertEqual((made["State"], made["BatchSize"]), ("Creating", 5))
        twice = error(api.create_event_source_mapping, FunctionName="sourced", EventSourceArn=source)
        self.assertIn("already exists. Please update or delete the existing mapping", twice["Message"])
        self.assertEqual(api.get_event_source_mapping(UUID=made["UUID"])["State"], "Enabled")
        slow = error(
            api.update_event_source_mapping, UUID=made["UUID"], BatchSize=100, MaximumBatchingWindowInSeconds=0
        )
        self.assertIn("Maximum batch window in seconds must be greater than 0", slow["Message"])
        changed = api.update_event_source_mapping(UUID=made["UUID"], Enabled=False)
        self.assertEqual(changed["State"], "Disabling")
        found = api.list_event_source_mappings(FunctionName="sourced")["EventSourceMappings"]
        self.assertEqual([item["State"] for item in found], ["Disabled"])
        self.assertEqual(api.delete_event_source_mapping(UUID=made["UUID"])["State"], "Deleting")
        self.assertEqual(
            error_code(api.get_event_source_mapping, UUID=made["UUID"]), "ResourceNotFoundException"
        )


if __name__ == "__main__":
    unittest.main()
