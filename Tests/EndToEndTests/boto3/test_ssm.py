"""Parameter Store: parameters, their versions and labels, and those that AWS offers."""

import unittest

from support import TestCase, client, error, error_code


class Parameters(TestCase):
    counter = 0

    def setUp(self):
        self.ssm = client("ssm")
        Parameters.counter += 1
        self.root = f"/course{Parameters.counter}"

    def put(self, name, value="value", **parameters):
        parameters.setdefault("Type", "String")
        return self.ssm.put_parameter(Name=f"{self.root}/{name}", Value=value, **parameters)

    def get(self, name, **parameters):
        return self.ssm.get_parameter(Name=f"{self.root}/{name}", **parameters)["Parameter"]

    def test_life(self):
        """A parameter is put, overwritten, looked up by version and deleted."""
        made = self.put("db")
        self.assertEqual((made["Version"], made["Tier"]), (1, "Standard"))
        refused = error(self.ssm.put_parameter, Name=f"{self.root}/db", Value="x", Type="String")
        self.assertEqual(refused["Code"], "ParameterAlreadyExists")
        self.assertEqual(
            refused["Message"],
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
        )
        self.assertEqual(self.put("db", "second", Overwrite=True)["Version"], 2)
        shown = self.get("db")
        self.assertEqual((shown["Value"], shown["Version"], shown["DataType"]), ("second", 2, "text"))
        self.assertEqual(shown["ARN"], f"arn:aws:ssm:us-east-1:123456789012:parameter{self.root}/db")
        first = self.get("db:1")
        self.assertEqual((first["Value"], first["Selector"]), ("value", ":1"))
        self.assertEqual(self.ssm.get_parameter(Name=shown["ARN"])["Parameter"]["Value"], "second")
        self.assertEqual(error_code(self.ssm.get_parameter, Name=f"{self.root}/db:9"), "ParameterVersionNotFound")
        history = self.ssm.get_parameter_history(Name=f"{self.root}/db")["Parameters"]
        self.assertEqual([item["Value"] for item in history], ["value", "second"])
        self.ssm.delete_parameter(Name=f"{self.root}/db")
        missing = error(self.ssm.get_parameter, Name=f"{self.root}/db")
        self.assertEqual((missing["Code"], missing["Message"]), ("ParameterNotFound", ""))
        self.assertEqual(error_code(self.ssm.delete_parameter, Name=f"{self.root}/db"), "ParameterNotFound")

    def test_secure(self):
        """A secure string is shown to who asks for it decrypted."""
        self.put("password", "hunter2", Type="SecureString")
        self.assertNotIn("hunter2", self.get("password")["Value"])
        self.assertEqual(self.get("password", WithDecryption=True)["Value"], "hunter2")
        found = self.ssm.describe_parameters(
            ParameterFilters=[{"Key": "Name", "Option": "BeginsWith", "Values": [self.root]}]
        )["Parameters"]
        self.assertEqual(found[0]["KeyId"], "alias/aws/ssm")
        self.assertEqual(
            error_code(
                self.ssm.put_parameter, Name=f"{self.root}/k", Value="v", Type="SecureString", KeyId="alias/nothing"
            ),
            "InvalidKeyId",
        )
        key = client("kms").create_key()["KeyMetadata"]["Arn"]
        self.put("own", "mine", Type="SecureString", KeyId=key)
        self.assertEqual(self.get("own", WithDecryption=True)["Value"], "mine")

    def test_another_type(self):
        """A parameter may become secret, and be open again."""
        self.put("kind", "v")
        self.put("kind", "v", Type="SecureString", Overwrite=True)
        self.assertNotEqual(self.get("kind")["Value"], "v")
        self.assertEqual(self.get("kind", WithDecryption=True)["Value"], "v")
        self.put("kind", "w", Type="String", Overwrite=True)
        shown = self.get("kind")
        self.assertEqual((shown["Type"], shown["Value"], shown["Version"]), ("String", "w", 3))
        found = self.ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [f"{self.root}/kind"]}])
        self.assertNotIn("KeyId", found["Parameters"][0])

    def test_paths(self):
        """A path is gone through ten at a time, with and without what is deeper."""
        for number in range(12):
            self.put(f"app/p{number:02}")
        self.put("app/deep/er")
        names = []
        pages = list(self.ssm.get_paginator("get_parameters_by_path").paginate(Path=f"{self.root}/app"))
        for page in pages:
            names += [item["Name"] for item in page["Parameters"]]
        self.assertEqual([len(page["Parameters"]) for page in pages], [10, 2])
        self.assertEqual(names, sorted(names))
        deep = self.ssm.get_parameters_by_path(Path=self.root, Recursive=True, MaxResults=10)
        self.assertEqual(deep["Parameters"][0]["Name"], f"{self.root}/app/deep/er")
        self.assertIn("NextToken", deep)
        self.assertEqual(self.ssm.get_parameters_by_path(Path=self.root)["Parameters"], [])
        self.assertEqual(error_code(self.ssm.get_parameters_by_path, Path="app"), "ValidationException")

    def test_many(self):
        """Several are fetched and deleted at once; those that are not there are named."""
        self.put("a")
        self.put("b")
        names = [f"{self.root}/{name}" for name in "abc"]
        got = self.ssm.get_parameters(Names=names)
        self.assertEqual([item["Name"] for item in got["Parameters"]], names[:2])
        self.assertEqual(got["InvalidParameters"], names[2:])
        deleted = self.ssm.delete_parameters(Names=names)
        self.assertEqual((deleted["DeletedParameters"], deleted["InvalidParameters"]), (names[:2], names[2:]))

    def test_labels(self):
        """A label is on one version at a time."""
        self.put("app")
        self.put("app", "two", Overwrite=True)
        name = f"{self.root}/app"
        self.ssm.label_parameter_version(Name=name, ParameterVersion=1, Labels=["prod"])
        self.assertEqual(self.get("app:prod")["Value"], "value")
        answer = self.ssm.label_parameter_version(Name=name, Labels=["prod", "1bad"])
        self.assertEqual((answer["InvalidLabels"], answer["ParameterVersion"]), (["1bad"], 2))
        self.assertEqual(self.get("app:prod")["Value"], "two")
        removed = self.ssm.unlabel_parameter_version(Name=name, ParameterVersion=2, Labels=["prod", "none"])
        self.assertEqual((removed["RemovedLabels"], removed["InvalidLabels"]), (["prod"], ["none"]))

    def test_rules(self):
        """Names and values are held against Parameter Store's rules."""
        cases = [
            ({"Name": "/aws/x", "Value": "v", "Type": "String"}, "AccessDeniedException"),
            ({"Name": "ssm-x", "Value": "v", "Type": "String"}, "ValidationException"),
            ({"Name": "a/b", "Value": "v", "Type": "String"}, "ValidationException"),
            ({"Name": "/" + "/".join("x" * 16), "Value": "v", "Type": "String"}, "HierarchyLevelLimitExceededException"),
            ({"Name": "/x", "Value": "v"}, "ValidationException"),
            ({"Name": "/x", "Value": "v" * 4097, "Type": "String"}, "ValidationException"),
            ({"Name": "/x", "Value": "v", "Type": "String", "AllowedPattern": r"\d+"}, "ParameterPatternMismatchException"),
            ({"Name": "/x", "Value": "v", "Type": "String", "AllowedPattern": "("}, "InvalidAllowedPatternException"),
            ({"Name": "/x", "Value": "v", "Type": "String", "DataType": "aws:ec2:image"}, "ValidationException"),
            ({"Name": "/x", "Value": "v", "Type": "Number"}, "ValidationException"),
        ]
        for parameters, code in cases:
            self.assertEqual(error_code(self.ssm.put_parameter, **parameters), code, parameters)

    def test_tiers(self):
        """A large value needs the advanced tier, and a parameter stays there."""
        self.assertEqual(self.put("large", "v" * 5000, Tier="Intelligent-Tiering")["Tier"], "Advanced")
        refused = error(
            self.ssm.put_parameter, Name=f"{self.root}/large", Value="v", Overwrite=True, Tier="Standard"
        )
        self.assertTrue(refused["Message"].startswith("This parameter uses the advanced-parameter tier."))
        self.assertEqual(self.put("large", "v", Overwrite=True)["Tier"], "Advanced")

    def test_tags_and_filters(self):
        """Parameters are found by tag, type and path."""
        self.put("a", Tags=[{"Key": "Team", "Value": "blue"}])
        self.put("b", "x,y", Type="StringList")
        name = {"ResourceType": "Parameter", "ResourceId": f"{self.root}/b"}
        self.ssm.add_tags_to_resource(**name, Tags=[{"Key": "Team", "Value": "red"}, {"Key": "Old", "Value": "1"}])
        self.ssm.remove_tags_from_resource(**name, TagKeys=["Old"])
        self.assertEqual(self.ssm.list_tags_for_resource(**name)["TagList"], [{"Key": "Team", "Value": "red"}])
        self.assertEqual(
            error_code(self.ssm.list_tags_for_resource, ResourceType="Parameter", ResourceId="none"), "InvalidResourceId"
        )

        def found(*filters):
            filters = [{"Key": "Path", "Option": "Recursive", "Values": [self.root]}, *filters]
            parameters = self.ssm.describe_parameters(ParameterFilters=filters)["Parameters"]
            return [item["Name"].split("/")[-1] for item in parameters]

        self.assertEqual(found(), ["a", "b"])
        self.assertEqual(found({"Key": "tag:Team", "Values": ["red"]}), ["b"])
        self.assertEqual(found({"Key": "Type", "Values": ["String"]}), ["a"])
        self.assertEqual(
            error_code(self.ssm.describe_parameters, ParameterFilters=[{"Key": "Colour", "Values": ["x"]}]),
            "InvalidFilterKey",
        )

    def test_public(self):
        """AWS's parameters lead to images that EC2 has."""
        name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
        value = self.ssm.get_parameter(Name=name)["Parameter"]
        self.assertEqual((value["DataType"], value["ARN"]), ("aws:ec2:image", f"arn:aws:ssm:us-east-1::parameter{name}"))
        image = client("ec2").describe_images(ImageIds=[value["Value"]])["Images"][0]
        self.assertTrue(image["Name"].startswith("al2023-ami-2023"))
        listed = self.ssm.get_parameters_by_path(Path="/aws/service/ami-amazon-linux-latest")["Parameters"]
        self.assertIn(name, [item["Name"] for item in listed])
        self.assertNotEqual(
            value["Value"], client("ssm", region="eu-west-1").get_parameter(Name=name)["Parameter"]["Value"]
        )

    def test_malformed_bodies(self):
        """What is no JSON, or of the wrong type, is a SerializationException."""
        import botocore.auth
        import botocore.awsrequest
        import botocore.session
        import urllib3

        credentials = botocore.session.get_session().get_credentials()
        http = urllib3.PoolManager()

        def send(body, target="AmazonSSM.GetParameter"):
            url = self.ssm.meta.endpoint_url
            headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
            request = botocore.awsrequest.AWSRequest("POST", url, data=body, headers=headers)
            botocore.auth.SigV4Auth(credentials, "ssm", "us-east-1").add_auth(request)
            answer = http.request("POST", url, body=body, headers=dict(request.headers))
            return answer.status, answer.json()

        for body in ["{", "[]", '{"Name":5}', '{"Name":{}}', '{"Name":["x"]}', "\ufeff{}", '{"Name":"x","WithDecryption":"yes"}']:
            status, answer = send(body.encode())
            self.assertEqual((status, answer["__type"]), (400, "SerializationException"), body)
        self.assertEqual(send(b'{"Name":5}')[1]["message"], "NUMBER_VALUE can not be converted to a String")
        self.assertEqual(send(b"{}", "AmazonSSM.Nothing")[1]["__type"], "UnknownOperationException")
        self.assertEqual(send(b"{}")[1]["__type"], "ValidationException")


if __name__ == "__main__":
    unittest.main()
