"""Security groups and their rules, by permission and by rule id."""

import unittest

from support import TestCase, client, error, error_code


class SecurityGroups(TestCase):
    def setUp(self):
        self.ec2 = client("ec2")
        self.group = self.ec2.create_security_group(GroupName=self.id()[-200:], Description="web servers")["GroupId"]

    def tearDown(self):
        for group in self.ec2.describe_security_groups()["SecurityGroups"]:
            if group["GroupName"] != "default":
                for rule in self.rules(group["GroupId"]):
                    if not rule["IsEgress"]:
                        self.ec2.revoke_security_group_ingress(
                            GroupId=group["GroupId"], SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
        for group in self.ec2.describe_security_groups()["SecurityGroups"]:
            if group["GroupName"] != "default":
                self.ec2.delete_security_group(GroupId=group["GroupId"])

    def rules(self, group, egress=None):
        pages = self.ec2.get_paginator("describe_security_group_rules").paginate(
            Filters=[{"Name": "group-id", "Values": [group]}], PaginationConfig={"PageSize": 5})
        return [r for page in pages for r in page["SecurityGroupRules"] if egress is None or r["IsEgress"] == egress]

    def authorize(self, **permission):
        permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, **permission}
        answer = self.ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=[permission])
        return [rule["SecurityGroupRuleId"] for rule in answer["SecurityGroupRules"]]

    def test_revoke_by_permission_takes_one_source_and_leaves_the_others(self):
        self.authorize(IpRanges=[{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "192.168.0.0/16", "Description": "office"}])
        answer = self.ec2.revoke_security_group_ingress(GroupId=self.group, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "192.168.0.0/16"}]}])
        self.assertTrue(answer["Return"])
        self.assertEqual([r["CidrIpv4"] for r in answer["RevokedSecurityGroupRules"]], ["192.168.0.0/16"])
        self.assertEqual([r["CidrIpv4"] for r in self.rules(self.group, egress=False)], ["10.0.0.0/8"])

    def test_revoke_by_rule_id(self):
        rule, = self.authorize(IpRanges=[{"CidrIp": "10.0.0.0/8"}])
        self.ec2.revoke_security_group_ingress(GroupId=self.group, SecurityGroupRuleIds=[rule])
        self.assertEqual(self.rules(self.group, egress=False), [])
        self.assertEqual(
            error(self.ec2.revoke_security_group_ingress, GroupId=self.group, SecurityGroupRuleIds=[rule]),
            {"Code": "InvalidSecurityGroupRuleId.NotFound",
             "Message": f"The security group rule ID '{rule}' does not exist"})

    def test_revoke_of_what_is_not_there(self):
        permission = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
        self.assertEqual(
            error_code(self.ec2.revoke_security_group_ingress, GroupId=self.group, IpPermissions=[permission]),
            "InvalidPermission.NotFound")

    def test_a_protocol_that_nobody_knows(self):
        self.assertEqual(
            error(self.authorize, IpProtocol="http", IpRanges=[{"CidrIp": "10.0.0.0/8"}]),
            {"Code": "InvalidParameterValue", "Message": "Invalid value 'http' for IP protocol. Unknown protocol."})

    def test_rules_come_in_pages_and_by_id_and_tag(self):
        self.authorize(IpRanges=[{"CidrIp": f"10.{n}.0.0/16"} for n in range(12)])
        self.assertEqual(len(self.rules(self.group)), 13)
        answer = self.ec2.authorize_security_group_ingress(
            GroupId=self.group, IpPermissions=[{"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}]}],
            TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": [{"Key": "Name", "Value": "v6"}]}])
        rule = answer["SecurityGroupRules"][0]
        self.assertEqual((rule["CidrIpv6"], rule["FromPort"], rule["IpProtocol"]), ("2001:db8::/32", -1, "-1"))
        found = self.ec2.describe_security_group_rules(Filters=[{"Name": "tag:Name", "Values": ["v*"]}])
        self.assertEqual([r["SecurityGroupRuleId"] for r in found["SecurityGroupRules"]], [rule["SecurityGroupRuleId"]])
        self.ec2.create_tags(Resources=[rule["SecurityGroupRuleId"]], Tags=[{"Key": "team", "Value": "a"}])
        found = self.ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
        self.assertEqual(len(found["SecurityGroupRules"][0]["Tags"]), 2)

    def test_modify_replaces_a_rule_in_place(self):
        rule, = self.authorize(IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "old"}])
        self.ec2.modify_security_group_rules(GroupId=self.group, SecurityGroupRules=[{
            "SecurityGroupRuleId": rule,
            "SecurityGroupRule": {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv4": "10.1.0.0/16"}}])
        now, = self.rules(self.group, egress=False)
        self.assertEqual(
            (now["SecurityGroupRuleId"], now["FromPort"], now["CidrIpv4"], now.get("Description")),
            (rule, 443, "10.1.0.0/16", None))

    def test_descriptions_change_by_id_and_by_permission(self):
        rule, = self.authorize(IpRanges=[{"CidrIp": "10.0.0.0/8"}])
        self.ec2.update_security_group_rule_descriptions_ingress(
            GroupId=self.group, SecurityGroupRuleDescriptions=[{"SecurityGroupRuleId": rule, "Description": "one"}])
        self.assertEqual(self.rules(self.group, egress=False)[0]["Description"], "one")
        self.ec2.update_security_group_rule_descriptions_ingress(GroupId=self.group, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "two"}]}])
        self.assertEqual(self.rules(self.group, egress=False)[0]["Description"], "two")

    def test_a_group_in_use_cannot_be_deleted(self):
        other = self.ec2.create_security_group(GroupName="other", Description="other")["GroupId"]
        self.authorize(UserIdGroupPairs=[{"GroupId": other}])
        self.assertEqual(
            error(self.ec2.delete_security_group, GroupId=other),
            {"Code": "DependencyViolation", "Message": f"resource {other} has a dependent object"})
        default = self.ec2.describe_security_groups(GroupNames=["default"])["SecurityGroups"][0]
        self.assertEqual(error_code(self.ec2.delete_security_group, GroupId=default["GroupId"]), "CannotDelete")

    def test_a_group_that_an_interface_holds_cannot_be_deleted(self):
        subnet = self.ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        interface = self.ec2.create_network_interface(SubnetId=subnet, Groups=[self.group])["NetworkInterface"]
        self.assertEqual(error_code(self.ec2.delete_security_group, GroupId=self.group), "DependencyViolation")
        self.ec2.delete_network_interface(NetworkInterfaceId=interface["NetworkInterfaceId"])

    def test_prefix_lists_as_sources(self):
        s3 = self.ec2.describe_prefix_lists(
            Filters=[{"Name": "prefix-list-name", "Values": ["com.amazonaws.us-east-1.s3"]}])["PrefixLists"][0]
        self.assertEqual(s3["PrefixListId"], "pl-63a5400a")
        self.authorize(FromPort=443, ToPort=443, PrefixListIds=[{"PrefixListId": "pl-63a5400a"}])
        permission = self.ec2.describe_security_groups(GroupIds=[self.group])["SecurityGroups"][0]["IpPermissions"][0]
        self.assertEqual(permission["PrefixListIds"], [{"PrefixListId": "pl-63a5400a"}])
        self.assertEqual(
            error_code(self.ec2.authorize_security_group_ingress, GroupId=self.group, IpPermissions=[
                {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-00000000"}]}]),
            "InvalidPrefixListID.NotFound")

    def test_groups_of_a_vpc(self):
        vpc = self.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        groups = self.ec2.get_security_groups_for_vpc(VpcId=vpc)["SecurityGroupForVpcs"]
        self.assertIn(self.group, [group["GroupId"] for group in groups])


if __name__ == "__main__":
    unittest.main()
