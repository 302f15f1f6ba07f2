"""VPC Reachability Analyzer by boto3: paths, analyses and what they find."""

import unittest

from support import TestCase, client, error_code, image_id

ec2 = client("ec2")


class Analyzer(TestCase):
    """An instance with a public address in a group that opens port 80."""

    @classmethod
    def setUpClass(cls):
        vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        cls.gateway = ec2.describe_internet_gateways(
            Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}])["InternetGateways"][0]["InternetGatewayId"]
        cls.group = ec2.create_security_group(GroupName="analyzed", Description="d", VpcId=vpc)["GroupId"]
        ec2.authorize_security_group_ingress(
            GroupId=cls.group, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="0.0.0.0/0")
        instances = ec2.run_instances(
            ImageId=image_id(ec2), InstanceType="t3.micro", MinCount=2, MaxCount=2, SecurityGroupIds=[cls.group]
        )["Instances"]
        cls.instance, cls.other = (instance["InstanceId"] for instance in instances)
        cls.interface = instances[0]["NetworkInterfaces"][0]["NetworkInterfaceId"]
        ec2.get_waiter("instance_running").wait(InstanceIds=[cls.instance, cls.other])

    @classmethod
    def tearDownClass(cls):
        ec2.terminate_instances(InstanceIds=[cls.instance, cls.other])
        ec2.get_waiter("instance_terminated").wait(InstanceIds=[cls.instance, cls.other])
        ec2.delete_security_group(GroupId=cls.group)

    def path(self, **parameters):
        parameters = {"Source": self.gateway, "Destination": self.instance, "Protocol": "tcp"} | parameters
        path = ec2.create_network_insights_path(**parameters)["NetworkInsightsPath"]
        self.addCleanup(ec2.delete_network_insights_path, NetworkInsightsPathId=path["NetworkInsightsPathId"])
        return path

    def analyze(self, path, **parameters):
        started = ec2.start_network_insights_analysis(
            NetworkInsightsPathId=path["NetworkInsightsPathId"], **parameters)["NetworkInsightsAnalysis"]
        self.assertEqual(started["Status"], "running")
        analysis = started["NetworkInsightsAnalysisId"]
        self.addCleanup(ec2.delete_network_insights_analysis, NetworkInsightsAnalysisId=analysis)
        found = ec2.describe_network_insights_analyses(NetworkInsightsAnalysisIds=[analysis])
        return found["NetworkInsightsAnalyses"][0]

    def test_an_open_port_is_found_with_its_path(self):
        analysis = self.analyze(self.path(DestinationPort=80))
        self.assertEqual(analysis["Status"], "succeeded")
        self.assertTrue(analysis["NetworkPathFound"])
        components = [part["Component"]["Id"].split("-")[0] for part in analysis["ForwardPathComponents"]]
        self.assertEqual(components, ["igw", "acl", "sg", "eni"])
        rule = analysis["ForwardPathComponents"][2]["SecurityGroupRule"]
        self.assertEqual((rule["Cidr"], rule["PortRange"]), ("0.0.0.0/0", {"From": 80, "To": 80}))
        self.assertEqual([part["SequenceNumber"] for part in analysis["ReturnPathComponents"]], [1, 2])

    def test_a_closed_port_is_explained(self):
        analysis = self.analyze(self.path(DestinationPort=22))
        self.assertFalse(analysis["NetworkPathFound"])
        explanation = analysis["Explanations"][0]
        self.assertEqual(explanation["ExplanationCode"], "ENI_SG_RULES_MISMATCH")
        self.assertEqual(explanation["Direction"], "ingress")
        self.assertEqual(explanation["NetworkInterface"]["Id"], self.interface)
        self.assertEqual([group["Id"] for group in explanation["SecurityGroups"]], [self.group])

    def test_without_a_port_any_open_one_will_do(self):
        self.assertTrue(self.analyze(self.path())["NetworkPathFound"])

    def test_interfaces_addresses_and_arns_are_ends_too(self):
        address = ec2.describe_instances(InstanceIds=[self.instance])["Reservations"][0]["Instances"][0]
        path = self.path(Source=self.other, Destination=self.interface, DestinationPort=80)
        self.assertTrue(path["SourceArn"].endswith(f":instance/{self.other}"))
        self.assertTrue(self.analyze(path)["NetworkPathFound"])
        by_address = ec2.create_network_insights_path(
            Source=path["SourceArn"], Protocol="tcp",
            FilterAtSource={
                "DestinationAddress": address["PrivateIpAddress"],
                "DestinationPortRange": {"FromPort": 80, "ToPort": 80},
            })["NetworkInsightsPath"]
        self.addCleanup(ec2.delete_network_insights_path, NetworkInsightsPathId=by_address["NetworkInsightsPathId"])
        self.assertTrue(self.analyze(by_address)["NetworkPathFound"])

    def test_a_component_can_be_asked_for_or_excluded(self):
        path = self.path(DestinationPort=80)
        group = f"arn:aws:ec2:us-east-1:123456789012:security-group/{self.group}"
        self.assertTrue(self.analyze(path, FilterInArns=[group])["NetworkPathFound"])
        without = self.analyze(path, FilterOutArns=[group])
        self.assertEqual(without["Explanations"][0]["ExplanationCode"], "COMPONENT_FILTER_RESTRICTION")

    def test_paths_are_listed_filtered_and_tagged(self):
        path = self.path(
            DestinationPort=443,
            TagSpecifications=[{"ResourceType": "network-insights-path", "Tags": [{"Key": "Name", "Value": "web"}]}])
        found = ec2.describe_network_insights_paths(
            Filters=[{"Name": "destination", "Values": [self.instance]}, {"Name": "tag:Name", "Values": ["web"]}])
        self.assertEqual(found["NetworkInsightsPaths"], [path])
        self.analyze(path)
        analyses = ec2.describe_network_insights_analyses(NetworkInsightsPathId=path["NetworkInsightsPathId"])
        self.assertEqual([a["NetworkPathFound"] for a in analyses["NetworkInsightsAnalyses"]], [False])

    def test_the_same_token_makes_one_path(self):
        first = self.path(DestinationPort=80, ClientToken="one")
        again = ec2.create_network_insights_path(
            Source=self.gateway, Destination=self.instance, Protocol="tcp", DestinationPort=80, ClientToken="one")
        self.assertEqual(again["NetworkInsightsPath"]["NetworkInsightsPathId"], first["NetworkInsightsPathId"])

    def test_errors_are_those_of_AWS(self):
        path = self.path(DestinationPort=80)
        self.analyze(path)
        self.assertEqual(
            error_code(ec2.delete_network_insights_path, NetworkInsightsPathId=path["NetworkInsightsPathId"]),
            "AnalysisExistsForNetworkInsightsPath")
        self.assertEqual(
            error_code(ec2.start_network_insights_analysis, NetworkInsightsPathId="nip-00000000000000000"),
            "InvalidNetworkInsightsPathId.NotFound")
        self.assertEqual(
            error_code(ec2.delete_network_insights_analysis, NetworkInsightsAnalysisId="nia-00000000000000000"),
            "InvalidNetworkInsightsAnalysisId.NotFound")
        self.assertEqual(
            error_code(
                ec2.create_network_insights_path, Source="i-00000000000000000", Destination=self.instance,
                Protocol="tcp"), "InvalidInstanceID.NotFound")
        self.assertEqual(
            error_code(ec2.create_network_insights_path, Source=self.gateway, Protocol="tcp"), "MissingParameter")


if __name__ == "__main__":
    unittest.main()
