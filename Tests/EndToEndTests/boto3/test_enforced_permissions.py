"""Permissions, on an emulator that holds every call against the caller's policies."""

import json
import re

from support import TestCase, client, error, image_id

ACCOUNT = "123456789012"


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Permissions(TestCase):
    counter = 0

    def setUp(self):
        Permissions.counter += 1
        self.name = f"student{Permissions.counter}"
        self.iam = client("iam")
        self.iam.create_user(UserName=self.name)
        self.key = self.iam.create_access_key(UserName=self.name)["AccessKey"]

    def allow(self, *actions, resource="*", **more):
        self.iam.put_user_policy(
            UserName=self.name,
            PolicyName="lab",
            PolicyDocument=policy({"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}),
        )

    def own(self, service):
        return client(service, credentials=self.key)

    def test_nothing_is_allowed_at_first(self):
        """A new user may ask who they are, and no more."""
        arn = self.own("sts").get_caller_identity()["Arn"]
        self.assertEqual(arn, f"arn:aws:iam::{ACCOUNT}:user/{self.name}")
        failure = error(self.own("ec2").describe_instances)
        self.assertEqual(failure["Code"], "UnauthorizedOperation")
        self.assertEqual(
            failure["Message"],
            f"You are not authorized to perform this operation. User: {arn} is not authorized to perform: "
            "ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action",
        )
        failure = error(self.own("iam").list_users)
        self.assertEqual(failure["Code"], "AccessDenied")
        self.assertEqual(
            failure["Message"],
            f"User: {arn} is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::{ACCOUNT}:user/ "
            "because no identity-based policy allows the iam:ListUsers action",
        )
        failure = error(self.own("ssm").get_parameter, Name="/lab/x")
        self.assertEqual(failure["Code"], "AccessDeniedException")
        self.assertEqual(error(self.own("kms").list_keys)["Code"], "AccessDeniedException")

    def test_a_second_factor(self):
        """Who shows an MFA device may do what a condition wants one for, by a session or in a role."""
        present = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
        self.allow("ec2:DescribeVpcs", **present)
        self.assertEqual(error(self.own("ec2").describe_vpcs)["Code"], "UnauthorizedOperation")
        device = self.iam.create_virtual_mfa_device(VirtualMFADeviceName=self.name)["VirtualMFADevice"]["SerialNumber"]
        factor = {"SerialNumber": device, "TokenCode": "123456"}
        sts = self.own("sts")
        failure = error(sts.get_session_token, **factor)
        self.assertEqual(
            (failure["Code"], failure["Message"]),
            ("AccessDenied", "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA "
             "serial number is valid and associated with this user."),
        )
        self.iam.enable_mfa_device(
            UserName=self.name, SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321")
        plain = sts.get_session_token()["Credentials"]
        self.assertEqual(error(client("ec2", credentials=plain).describe_vpcs)["Code"], "UnauthorizedOperation")
        session = sts.get_session_token(**factor)["Credentials"]
        client("ec2", credentials=session).describe_vpcs()
        trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/{self.name}"}}
        role = self.iam.create_role(
            RoleName=self.name, AssumeRolePolicyDocument=policy({**trust, "Action": "sts:AssumeRole", **present}))
        name = {"RoleArn": role["Role"]["Arn"], "RoleSessionName": "lab"}
        self.assertEqual(error(sts.assume_role, **name)["Code"], "AccessDenied")
        sts.assume_role(**name, **factor)

    def test_the_encoded_message_tells_why(self):
        """What EC2 encodes, STS decodes for those who may."""
        image = image_id(client("ec2"))
        failure = error(
            self.own("ec2").run_instances, ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1
        )
        self.assertEqual(failure["Code"], "UnauthorizedOperation")
        encoded = re.search(r"Encoded authorization failure message: (\S+)$", failure["Message"]).group(1)
        sts = client("sts")
        decoded = json.loads(sts.decode_authorization_message(EncodedMessage=encoded)["DecodedMessage"])
        self.assertFalse(decoded["allowed"])
        self.assertFalse(decoded["explicitDeny"])
        self.assertEqual(decoded["context"]["action"], "ec2:RunInstances")
        self.assertEqual(decoded["context"]["principal"]["name"], self.name)
        failure = error(sts.decode_authorization_message, EncodedMessage="x" * 40)
        self.assertEqual(failure["Code"], "InvalidAuthorizationMessageException")
        failure = error(self.own("sts").decode_authorization_message, EncodedMessage=encoded)
        self.assertEqual(failure["Code"], "AccessDenied")

    def test_a_policy_opens_what_it_names(self):
        """Actions with wildcards are allowed, others stay closed, and a deny wins."""
        self.allow("ec2:Describe*")
        ec2 = self.own("ec2")
        self.assertTrue(ec2.describe_vpcs()["Vpcs"])
        vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        call = {"GroupName": "g", "Description": "g", "VpcId": vpc}
        self.assertEqual(error(ec2.create_security_group, **call)["Code"], "UnauthorizedOperation")
        self.allow("ec2:*")
        self.assertTrue(ec2.create_security_group(**call)["GroupId"])
        self.iam.put_user_policy(
            UserName=self.name,
            PolicyName="no",
            PolicyDocument=policy({"Effect": "Deny", "Action": "ec2:DescribeVpcs", "Resource": "*"}),
        )
        self.assertIn("with an explicit deny in an identity-based policy", error(ec2.describe_vpcs)["Message"])

    def test_conditions(self):
        """A condition on the region holds a call back elsewhere."""
        self.allow("ec2:DescribeVpcs", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}})
        self.assertTrue(self.own("ec2").describe_vpcs()["Vpcs"])
        elsewhere = client("ec2", region="eu-west-1", credentials=self.key)
        self.assertEqual(error(elsewhere.describe_vpcs)["Code"], "UnauthorizedOperation")

    def test_a_dry_run_asks_for_permission_first(self):
        """DryRun answers what the call would have met."""
        ec2 = self.own("ec2")
        call = {"CidrBlock": "10.7.0.0/16", "DryRun": True}
        self.assertEqual(error(ec2.create_vpc, **call)["Code"], "UnauthorizedOperation")
        self.allow("ec2:CreateVpc")
        self.assertEqual(error(ec2.create_vpc, **call)["Code"], "DryRunOperation")

    def test_roles(self):
        """Who assumes a role has its permissions and not their own."""
        arn = self.own("sts").get_caller_identity()["Arn"]
        role = self.iam.create_role(
            RoleName=f"{self.name}-role",
            AssumeRolePolicyDocument=policy({"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"}),
        )["Role"]
        self.iam.put_role_policy(
            RoleName=role["RoleName"],
            PolicyName="read",
            PolicyDocument=policy({"Effect": "Allow", "Action": "ssm:GetParameter*", "Resource": "*"}),
        )
        client("ssm").put_parameter(Name=f"/{self.name}/x", Value="1", Type="String")
        session = self.own("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="lab")["Credentials"]
        ssm = client("ssm", credentials=session)
        self.assertEqual(ssm.get_parameter(Name=f"/{self.name}/x")["Parameter"]["Value"], "1")
        failure = error(ssm.put_parameter, Name="/y", Value="1", Type="String")
        self.assertEqual(failure["Code"], "AccessDeniedException")
        self.assertIn(f"assumed-role/{role['RoleName']}/lab is not authorized", failure["Message"])

    def test_wrong_credentials(self):
        """A key that nobody has is refused, as each protocol refuses it."""
        nobody = {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "x"}
        self.assertEqual(error(client("ec2", credentials=nobody).describe_vpcs)["Code"], "AuthFailure")
        self.assertEqual(
            error(client("sts", credentials=nobody).get_caller_identity)["Code"], "InvalidClientTokenId"
        )
        failure = error(client("ssm", credentials=nobody).describe_parameters)
        self.assertEqual(failure["Code"], "UnrecognizedClientException")
        self.iam.update_access_key(UserName=self.name, AccessKeyId=self.key["AccessKeyId"], Status="Inactive")
        self.assertEqual(error(self.own("ec2").describe_vpcs)["Code"], "AuthFailure")
