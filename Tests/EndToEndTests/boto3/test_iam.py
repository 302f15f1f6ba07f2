"""IAM: users, groups, roles and policies, with AWS's errors and limits."""

import base64
import csv
import hashlib
import io
import json
import re
import unittest

from certificates import CERTIFICATE, EXPIRATION, KEY, OTHER_KEY
from support import TestCase, client, error, error_code

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}]}
AWS = "arn:aws:iam::aws:policy/"


class IAMTestCase(TestCase):
    counter = 0

    def setUp(self):
        self.iam = client("iam")
        IAMTestCase.counter += 1
        self.mark = f"t{IAMTestCase.counter}"

    def user(self, name="ana", **parameters):
        return self.iam.create_user(UserName=f"{self.mark}-{name}", **parameters)["User"]

    def role(self, name="web", **parameters):
        return self.iam.create_role(
            RoleName=f"{self.mark}-{name}", AssumeRolePolicyDocument=json.dumps(TRUST), **parameters
        )["Role"]

    def policy(self, name="read", document=ALLOW, **parameters):
        return self.iam.create_policy(
            PolicyName=f"{self.mark}-{name}", PolicyDocument=json.dumps(document), **parameters
        )["Policy"]


class Users(IAMTestCase):
    def test_life_of_a_user(self):
        """A user is made with path and tags, renamed, found and deleted; the waiter sees it."""
        made = self.user(Path="/staff/", Tags=[{"Key": "Team", "Value": "blue"}])
        name = made["UserName"]
        self.assertRegex(made["UserId"], r"^AIDA[A-Z0-9]{17}$")
        self.assertEqual(made["Arn"], f"arn:aws:iam::123456789012:user/staff/{name}")
        self.assertEqual(made["Tags"], [{"Key": "Team", "Value": "blue"}])
        self.iam.get_waiter("user_exists").wait(UserName=name)
        refused = error(self.iam.create_user, UserName=name.upper())
        self.assertEqual(refused["Code"], "EntityAlreadyExists")
        self.assertEqual(refused["Message"], f"User with name {name.upper()} already exists.")
        self.iam.update_user(UserName=name, NewUserName=name + "2", NewPath="/")
        self.assertEqual(self.iam.get_user(UserName=name + "2")["User"]["UserId"], made["UserId"])
        self.assertEqual(
            error(self.iam.get_user, UserName=name)["Message"], f"The user with name {name} cannot be found."
        )
        self.assertIn(name + "2", [user["UserName"] for user in self.iam.list_users()["Users"]])
        self.iam.delete_user(UserName=name + "2")
        self.assertEqual(error_code(self.iam.get_user, UserName=name + "2"), "NoSuchEntity")

    def test_names(self):
        """Names and paths are held against their patterns."""
        self.assertEqual(
            error(self.iam.create_user, UserName="not good"),
            {
                "Type": "Sender",
                "Code": "ValidationError",
                "Message": "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
            },
        )
        self.assertEqual(error_code(self.iam.create_user, UserName="x" * 65), "ValidationError")
        self.assertEqual(error_code(self.iam.create_user, UserName="x", Path="staff"), "ValidationError")

    def test_pages(self):
        """Lists come in pages of MaxItems with a marker."""
        for number in range(5):
            self.user(f"page{number}", Path=f"/{self.mark}/")
        pages = list(
            self.iam.get_paginator("list_users").paginate(PathPrefix=f"/{self.mark}/", PaginationConfig={"PageSize": 2})
        )
        self.assertEqual([len(page["Users"]) for page in pages], [2, 2, 1])
        self.assertEqual([page["IsTruncated"] for page in pages], [True, True, False])
        self.assertEqual(error_code(self.iam.list_users, Marker="nonsense"), "ValidationError")

    def test_delete_conflicts(self):
        """A user that still has something is not deleted, and the message says what to do."""
        name = self.user()["UserName"]
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        self.iam.create_login_profile(UserName=name, Password="Sk1lab-password")
        self.iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(ALLOW))
        self.iam.attach_user_policy(UserName=name, PolicyArn=AWS + "ReadOnlyAccess")
        group = self.iam.create_group(GroupName=self.mark)["Group"]["GroupName"]
        self.iam.add_user_to_group(UserName=name, GroupName=group)
        steps = [
            ("delete login profile", lambda: self.iam.delete_login_profile(UserName=name)),
            ("delete access keys", lambda: self.iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])),
            ("delete policies", lambda: self.iam.delete_user_policy(UserName=name, PolicyName="own")),
            (
                "detach all policies",
                lambda: self.iam.detach_user_policy(UserName=name, PolicyArn=AWS + "ReadOnlyAccess"),
            ),
            ("remove users from group", lambda: self.iam.remove_user_from_group(UserName=name, GroupName=group)),
        ]
        for what, step in steps:
            refused = error(self.iam.delete_user, UserName=name)
            self.assertEqual(refused["Code"], "DeleteConflict")
            self.assertEqual(refused["Message"], f"Cannot delete entity, must {what} first.")
            step()
        self.iam.delete_user(UserName=name)

    def test_access_keys(self):
        """A user has two access keys at most; one that is switched off is refused."""
        name = self.user()["UserName"]
        keys = [self.iam.create_access_key(UserName=name)["AccessKey"] for _ in range(2)]
        self.assertRegex(keys[0]["AccessKeyId"], r"^AKIA[A-Z0-9]{16}$")
        self.assertEqual(len(keys[0]["SecretAccessKey"]), 40)
        refused = error(self.iam.create_access_key, UserName=name)
        self.assertEqual((refused["Code"], refused["Message"]), ("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2"))
        listed = self.iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
        self.assertEqual({key["AccessKeyId"] for key in listed}, {key["AccessKeyId"] for key in keys})
        self.assertEqual(
            self.iam.get_access_key_last_used(AccessKeyId=keys[0]["AccessKeyId"])["AccessKeyLastUsed"]["ServiceName"],
            "N/A",
        )
        self.iam.update_access_key(UserName=name, AccessKeyId=keys[0]["AccessKeyId"], Status="Inactive")
        own = client("sts", credentials=keys[0])
        self.assertEqual(error_code(own.get_caller_identity), "InvalidClientTokenId")
        self.assertEqual(
            error(self.iam.delete_access_key, UserName=name, AccessKeyId="AKIAIOSFODNN7EXAMPLE")["Message"],
            "The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found.",
        )

    def test_login_profiles(self):
        """Passwords follow the account's rules; a user changes their own."""
        name = self.user()["UserName"]
        self.assertEqual(
            error(self.iam.get_account_password_policy)["Message"],
            "The Password Policy with domain name 123456789012 cannot be found.",
        )
        self.iam.update_account_password_policy(MinimumPasswordLength=12, RequireNumbers=True, MaxPasswordAge=90)
        policy = self.iam.get_account_password_policy()["PasswordPolicy"]
        self.assertEqual((policy["MinimumPasswordLength"], policy["ExpirePasswords"]), (12, True))
        self.assertEqual(
            error(self.iam.create_login_profile, UserName=name, Password="short")["Message"],
            "Password should have a minimum length of 12",
        )
        self.iam.create_login_profile(UserName=name, Password="long-enough-0", PasswordResetRequired=True)
        self.assertEqual(
            error(self.iam.create_login_profile, UserName=name, Password="long-enough-0")["Message"],
            f"Login Profile for user {name} already exists.",
        )
        self.iam.update_login_profile(UserName=name, PasswordResetRequired=False)
        self.assertFalse(self.iam.get_login_profile(UserName=name)["LoginProfile"]["PasswordResetRequired"])
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        client("iam", credentials=key).change_password(OldPassword="long-enough-0", NewPassword="longer-enough-1")
        self.assertEqual(
            error_code(self.iam.change_password, OldPassword="a", NewPassword="longer-enough-1"), "InvalidUserType"
        )
        self.iam.delete_login_profile(UserName=name)
        self.assertEqual(
            error(self.iam.get_login_profile, UserName=name)["Message"],
            f"Login Profile for User {name} cannot be found.",
        )
        self.iam.delete_account_password_policy()


class Groups(IAMTestCase):
    def test_members(self):
        """A group has members and policies, and is deleted when it is empty."""
        user = self.user()["UserName"]
        made = self.iam.create_group(GroupName=self.mark, Path="/teams/")["Group"]
        self.assertRegex(made["GroupId"], r"^AGPA")
        self.iam.add_user_to_group(GroupName=self.mark, UserName=user)
        self.iam.add_user_to_group(GroupName=self.mark, UserName=user)
        self.assertEqual([item["UserName"] for item in self.iam.get_group(GroupName=self.mark)["Users"]], [user])
        self.assertEqual([item["GroupName"] for item in self.iam.list_groups_for_user(UserName=user)["Groups"]], [self.mark])
        self.assertEqual(
            error(self.iam.delete_group, GroupName=self.mark)["Message"],
            "Cannot delete entity, must remove users from group first.",
        )
        self.iam.update_group(GroupName=self.mark, NewGroupName=self.mark + "x")
        self.assertEqual(
            [item["GroupName"] for item in self.iam.list_groups_for_user(UserName=user)["Groups"]], [self.mark + "x"]
        )
        self.iam.remove_user_from_group(GroupName=self.mark + "x", UserName=user)
        self.assertIn(self.mark + "x", [item["GroupName"] for item in self.iam.list_groups()["Groups"]])
        self.iam.delete_group(GroupName=self.mark + "x")
        self.assertEqual(error_code(self.iam.get_group, GroupName=self.mark), "NoSuchEntity")


class Roles(IAMTestCase):
    def test_life_of_a_role(self):
        """A role is made, changed and deleted; its trust policy comes back as it was given."""
        spaced = json.dumps(TRUST, indent=3)
        made = self.iam.create_role(
            RoleName=self.mark, AssumeRolePolicyDocument=spaced, Description="Web", MaxSessionDuration=7200
        )["Role"]
        self.assertRegex(made["RoleId"], r"^AROA")
        self.iam.get_waiter("role_exists").wait(RoleName=self.mark)
        raw = self.iam.get_role(RoleName=self.mark)["Role"]
        self.assertEqual(raw["AssumeRolePolicyDocument"], TRUST)
        self.assertEqual(raw["MaxSessionDuration"], 7200)
        self.iam.update_role(RoleName=self.mark, Description="Changed", MaxSessionDuration=3600)
        self.assertEqual(self.iam.get_role(RoleName=self.mark)["Role"]["Description"], "Changed")
        self.assertEqual(
            self.iam.update_role_description(RoleName=self.mark, Description="Again")["Role"]["Description"], "Again"
        )
        self.iam.update_assume_role_policy(
            RoleName=self.mark, PolicyDocument=json.dumps(TRUST).replace("ec2.", "lambda.")
        )
        self.assertIn(self.mark, [item["RoleName"] for item in self.iam.list_roles()["Roles"]])
        self.iam.delete_role(RoleName=self.mark)
        self.assertEqual(
            error(self.iam.get_role, RoleName=self.mark),
            {"Type": "Sender", "Code": "NoSuchEntity", "Message": f"The role with name {self.mark} cannot be found."},
        )

    def test_malformed_trust(self):
        """Trust policies are held against their grammar, and their principals must exist."""
        cases = {
            "{": "This policy contains invalid Json",
            json.dumps({**TRUST, "Statement": [{**TRUST["Statement"][0], "Resource": "*"}]}): "Has prohibited field Resource",
            json.dumps(TRUST).replace("sts:AssumeRole", "s3:GetObject"): "AssumeRole policy may only specify STS AssumeRole actions.",
            json.dumps(TRUST).replace(
                '"Service": "ec2.amazonaws.com"', '"AWS": "arn:aws:iam::123456789012:user/nobody"'
            ): 'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:user/nobody"',
            json.dumps(TRUST).replace(
                "ec2.amazonaws.com", "ecs-task.amazonaws.com"
            ): 'Invalid principal in policy: "SERVICE":"ecs-task.amazonaws.com"',
            json.dumps(TRUST).replace(
                "ec2.amazonaws.com", "ec2.amazon.com"
            ): 'Invalid principal in policy: "SERVICE":"ec2.amazon.com"',
        }
        for text, message in cases.items():
            refused = error(self.iam.create_role, RoleName=self.mark, AssumeRolePolicyDocument=text)
            self.assertEqual((refused["Code"], refused["Message"]), ("MalformedPolicyDocument", message))
        for name in ["ssm.us-east-1", "vpc-flow-logs", "replication.ecr"]:
            text = json.dumps(TRUST).replace("ec2.amazonaws.com", f"{name}.amazonaws.com")
            self.iam.create_role(RoleName=self.mark, AssumeRolePolicyDocument=text)
            self.iam.delete_role(RoleName=self.mark)

    def test_instance_profiles(self):
        """An instance profile holds one role, which cannot be deleted meanwhile."""
        role = self.role()["RoleName"]
        made = self.iam.create_instance_profile(InstanceProfileName=self.mark)["InstanceProfile"]
        self.assertRegex(made["InstanceProfileId"], r"^AIPA")
        self.iam.get_waiter("instance_profile_exists").wait(InstanceProfileName=self.mark)
        self.iam.add_role_to_instance_profile(InstanceProfileName=self.mark, RoleName=role)
        self.assertEqual(
            error(self.iam.add_role_to_instance_profile, InstanceProfileName=self.mark, RoleName=role)["Message"],
            "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
        )
        shown = self.iam.get_instance_profile(InstanceProfileName=self.mark)["InstanceProfile"]
        self.assertEqual([item["RoleName"] for item in shown["Roles"]], [role])
        listed = self.iam.list_instance_profiles_for_role(RoleName=role)["InstanceProfiles"]
        self.assertEqual([item["InstanceProfileName"] for item in listed], [self.mark])
        self.assertTrue(self.iam.list_instance_profiles()["InstanceProfiles"])
        self.assertEqual(
            error(self.iam.delete_role, RoleName=role)["Message"],
            "Cannot delete entity, must remove roles from instance profile first.",
        )
        self.assertEqual(error_code(self.iam.delete_instance_profile, InstanceProfileName=self.mark), "DeleteConflict")
        self.iam.remove_role_from_instance_profile(InstanceProfileName=self.mark, RoleName=role)
        self.iam.delete_instance_profile(InstanceProfileName=self.mark)
        self.iam.delete_role(RoleName=role)

    def test_service_linked_roles(self):
        """A service's role is made once and is AWS's to change."""
        role = self.iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", CustomSuffix=self.mark)["Role"]
        name = f"AWSServiceRoleForAutoScaling_{self.mark}"
        self.assertEqual(role["Arn"], f"arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/{name}")
        self.assertEqual(
            error(self.iam.create_service_linked_role, AWSServiceName="autoscaling.amazonaws.com", CustomSuffix=self.mark),
            {
                "Type": "Sender",
                "Code": "InvalidInput",
                "Message": f"Service role name {name} has been taken in this account, please try a different suffix.",
            },
        )
        self.assertEqual(error_code(self.iam.delete_role, RoleName=name), "UnmodifiableEntity")
        self.iam.update_role(RoleName=name, Description="mine")
        self.assertEqual(self.iam.get_role(RoleName=name)["Role"]["Description"], "mine")
        self.assertEqual(error_code(self.iam.update_role, RoleName=name, MaxSessionDuration=7200), "UnmodifiableEntity")
        task = self.iam.delete_service_linked_role(RoleName=name)["DeletionTaskId"]
        self.assertEqual(self.iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"], "SUCCEEDED")


class Policies(IAMTestCase):
    def test_attachments(self):
        """A managed policy is attached to users, groups and roles, and counted."""
        arn = self.policy(Description="Reads", Path="/app/")["Arn"]
        self.iam.get_waiter("policy_exists").wait(PolicyArn=arn)
        user, role = self.user()["UserName"], self.role()["RoleName"]
        self.iam.create_group(GroupName=self.mark)
        self.iam.attach_user_policy(UserName=user, PolicyArn=arn)
        self.iam.attach_group_policy(GroupName=self.mark, PolicyArn=arn)
        self.iam.attach_role_policy(RoleName=role, PolicyArn=arn)
        self.assertEqual(self.iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"], 3)
        entities = self.iam.list_entities_for_policy(PolicyArn=arn)
        self.assertEqual([item["UserName"] for item in entities["PolicyUsers"]], [user])
        self.assertEqual([item["RoleName"] for item in entities["PolicyRoles"]], [role])
        wanted = [{"PolicyName": arn.split("/")[-1], "PolicyArn": arn}]
        self.assertEqual(self.iam.list_attached_user_policies(UserName=user)["AttachedPolicies"], wanted)
        self.assertEqual(self.iam.list_attached_group_policies(GroupName=self.mark)["AttachedPolicies"], wanted)
        self.assertEqual(self.iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"], wanted)
        self.assertEqual(
            error(self.iam.delete_policy, PolicyArn=arn)["Message"], "Cannot delete a policy attached to entities."
        )
        self.iam.detach_user_policy(UserName=user, PolicyArn=arn)
        self.iam.detach_group_policy(GroupName=self.mark, PolicyArn=arn)
        self.iam.detach_role_policy(RoleName=role, PolicyArn=arn)
        self.assertEqual(
            error(self.iam.detach_role_policy, RoleName=role, PolicyArn=arn)["Message"], f"Policy {arn} was not found."
        )
        self.iam.delete_policy(PolicyArn=arn)
        self.assertEqual(
            error(self.iam.attach_role_policy, RoleName=role, PolicyArn=arn)["Message"],
            f"Policy {arn} does not exist or is not attachable.",
        )

    def test_quota(self):
        """Ten managed policies go on one role."""
        role = self.role()["RoleName"]
        names = [item["Arn"] for item in self.iam.list_policies(Scope="AWS")["Policies"] if "/aws-service-role/" not in item["Arn"]]
        for arn in names[:10]:
            self.iam.attach_role_policy(RoleName=role, PolicyArn=arn)
        self.assertEqual(
            error(self.iam.attach_role_policy, RoleName=role, PolicyArn=names[10])["Message"],
            "Cannot exceed quota for PoliciesPerRole: 10",
        )

    def test_inline(self):
        """Inline policies of users, groups and roles are put, shown and deleted."""
        user, role = self.user()["UserName"], self.role()["RoleName"]
        self.iam.create_group(GroupName=self.mark)
        for kind, name in [("user", user), ("group", self.mark), ("role", role)]:
            holder = {f"{kind.capitalize()}Name": name}
            document = json.dumps(ALLOW)
            getattr(self.iam, f"put_{kind}_policy")(**holder, PolicyName="own", PolicyDocument=document)
            shown = getattr(self.iam, f"get_{kind}_policy")(**holder, PolicyName="own")
            self.assertEqual(shown["PolicyDocument"], ALLOW)
            self.assertEqual(getattr(self.iam, f"list_{kind}_policies")(**holder)["PolicyNames"], ["own"])
            getattr(self.iam, f"delete_{kind}_policy")(**holder, PolicyName="own")
            self.assertEqual(
                error(getattr(self.iam, f"get_{kind}_policy"), **holder, PolicyName="own")["Message"],
                f"The {kind} policy with name own cannot be found.",
            )
        large = {**ALLOW, "Statement": [{**ALLOW["Statement"][0], "Resource": "arn:aws:s3:::" + "x" * 2048}]}
        refused = error(self.iam.put_user_policy, UserName=user, PolicyName="p", PolicyDocument=json.dumps(large))
        self.assertEqual(refused["Message"], f"Maximum policy size of 2048 bytes exceeded for user {user}")

    def test_versions(self):
        """A policy has five versions at most, one of them the default."""
        arn = self.policy()["Arn"]
        for _ in range(4):
            self.iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(ALLOW), SetAsDefault=True)
        self.assertEqual(
            error(self.iam.create_policy_version, PolicyArn=arn, PolicyDocument=json.dumps(ALLOW))["Message"],
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
        )
        versions = self.iam.list_policy_versions(PolicyArn=arn)["Versions"]
        self.assertEqual([item["VersionId"] for item in versions], ["v5", "v4", "v3", "v2", "v1"])
        self.assertEqual(self.iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"], ALLOW)
        self.assertEqual(
            error(self.iam.delete_policy_version, PolicyArn=arn, VersionId="v5")["Message"],
            "Cannot delete the default version of a policy.",
        )
        self.iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")
        self.iam.delete_policy_version(PolicyArn=arn, VersionId="v5")
        self.assertEqual(error_code(self.iam.delete_policy, PolicyArn=arn), "DeleteConflict")
        for version in ["v1", "v3", "v4"]:
            self.iam.delete_policy_version(PolicyArn=arn, VersionId=version)
        self.iam.delete_policy(PolicyArn=arn)

    def test_malformed(self):
        """Documents that are no policies are refused in AWS's words."""
        cases = {
            "{": "Syntax errors in policy.",
            json.dumps({"Statement": ALLOW["Statement"]}): "Policy document must be version 2012-10-17 or greater.",
            json.dumps({**ALLOW, "Statement": [{"Effect": "Allow", "Action": "s3:*"}]}): "Policy statement must contain resources.",
        }
        for text, message in cases.items():
            refused = error(self.iam.create_policy, PolicyName=self.mark, PolicyDocument=text)
            self.assertEqual((refused["Code"], refused["Message"]), ("MalformedPolicyDocument", message))

    def test_aws_managed(self):
        """AWS's policies are there, and nobody changes them."""
        policy = self.iam.get_policy(PolicyArn=AWS + "AdministratorAccess")["Policy"]
        document = self.iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        self.assertEqual(document["PolicyVersion"]["Document"]["Statement"][0]["Action"], "*")
        names = set()
        for page in self.iam.get_paginator("list_policies").paginate(Scope="AWS"):
            names |= {item["PolicyName"] for item in page["Policies"]}
        wanted = {
            "ReadOnlyAccess", "AmazonEC2FullAccess", "AmazonEC2ReadOnlyAccess", "AmazonS3ReadOnlyAccess",
            "AmazonSSMManagedInstanceCore", "CloudWatchAgentServerPolicy", "AWSLambdaBasicExecutionRole",
            "AmazonECSTaskExecutionRolePolicy", "AmazonEKSClusterPolicy", "AmazonEKSWorkerNodePolicy",
            "EC2InstanceConnect", "AmazonEC2RoleforSSM", "AmazonKinesisFullAccess", "SecretsManagerReadWrite",
            "AWSCodeDeployRole", "AmazonElasticFileSystemFullAccess", "AmazonRDSFullAccess", "NetworkAdministrator",
        }
        self.assertLessEqual(wanted, names)
        self.assertEqual(error_code(self.iam.delete_policy, PolicyArn=policy["Arn"]), "AccessDenied")

    def test_boundaries(self):
        """A user and a role have a boundary, which bounds what a simulation allows."""
        user, role, arn = self.user()["UserName"], self.role()["RoleName"], self.policy()["Arn"]
        self.iam.put_user_permissions_boundary(UserName=user, PermissionsBoundary=arn)
        self.iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=arn)
        shown = self.iam.get_user(UserName=user)["User"]["PermissionsBoundary"]
        self.assertEqual(shown["PermissionsBoundaryArn"], arn)
        self.assertEqual(self.iam.get_policy(PolicyArn=arn)["Policy"]["PermissionsBoundaryUsageCount"], 2)
        self.iam.attach_user_policy(UserName=user, PolicyArn=AWS + "AdministratorAccess")
        results = self.iam.simulate_principal_policy(
            PolicySourceArn=self.iam.get_user(UserName=user)["User"]["Arn"],
            ActionNames=["ec2:DescribeInstances", "s3:ListAllMyBuckets"],
        )["EvaluationResults"]
        self.assertEqual([item["EvalDecision"] for item in results], ["allowed", "implicitDeny"])
        self.assertFalse(results[1]["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"])
        self.iam.delete_user_permissions_boundary(UserName=user)
        self.iam.delete_role_permissions_boundary(RoleName=role)
        self.assertNotIn("PermissionsBoundary", self.iam.get_user(UserName=user)["User"])

    def test_simulation(self):
        """Simulations say what would be allowed, by which statement, and what they lack to know."""
        user = self.user()
        self.iam.put_user_policy(
            UserName=user["UserName"],
            PolicyName="own",
            PolicyDocument=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::home/${aws:username}/*"},
                        {
                            "Effect": "Deny",
                            "Action": "s3:DeleteObject",
                            "Resource": "*",
                            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
                        },
                    ],
                }
            ),
        )
        self.assertEqual(
            self.iam.get_context_keys_for_principal_policy(PolicySourceArn=user["Arn"])["ContextKeyNames"],
            ["aws:MultiFactorAuthPresent", "aws:username"],
        )
        results = self.iam.simulate_principal_policy(
            PolicySourceArn=user["Arn"],
            ActionNames=["s3:GetObject", "s3:DeleteObject"],
            ResourceArns=[f"arn:aws:s3:::home/{user['UserName']}/x", "arn:aws:s3:::home/other/x"],
            ContextEntries=[
                {
                    "ContextKeyName": "aws:MultiFactorAuthPresent",
                    "ContextKeyValues": ["false"],
                    "ContextKeyType": "boolean",
                }
            ],
        )["EvaluationResults"]
        self.assertEqual(
            [item["EvalDecision"] for item in results], ["allowed", "implicitDeny", "explicitDeny", "explicitDeny"]
        )
        self.assertEqual(results[0]["MatchedStatements"][0]["SourcePolicyId"], "own")
        custom = self.iam.simulate_custom_policy(
            PolicyInputList=[json.dumps(ALLOW)], ActionNames=["ec2:DescribeVpcs", "ec2:RunInstances"]
        )["EvaluationResults"]
        self.assertEqual([item["EvalDecision"] for item in custom], ["allowed", "implicitDeny"])
        keys = self.iam.get_context_keys_for_custom_policy(PolicyInputList=[json.dumps(ALLOW)])
        self.assertEqual(keys["ContextKeyNames"], [])
        self.assertEqual(
            error_code(
                self.iam.simulate_principal_policy,
                PolicySourceArn="arn:aws:iam::123456789012:user/nobody",
                ActionNames=["s3:GetObject"],
            ),
            "NoSuchEntity",
        )


class Account(IAMTestCase):
    def test_summary(self):
        """The summary counts, the alias is one, and the details hold everybody's policies."""
        before = self.iam.get_account_summary()["SummaryMap"]["Users"]
        user = self.user()["UserName"]
        self.iam.attach_user_policy(UserName=user, PolicyArn=AWS + "ReadOnlyAccess")
        role = self.role()["RoleName"]
        self.assertEqual(self.iam.get_account_summary()["SummaryMap"]["Users"], before + 1)
        self.iam.create_account_alias(AccountAlias="skylab-course")
        self.assertEqual(self.iam.list_account_aliases()["AccountAliases"], ["skylab-course"])
        self.iam.delete_account_alias(AccountAlias="skylab-course")
        self.assertEqual(self.iam.list_account_aliases()["AccountAliases"], [])
        details = self.iam.get_account_authorization_details(Filter=["User", "Role", "AWSManagedPolicy"])
        self.assertIn(user, [item["UserName"] for item in details["UserDetailList"]])
        self.assertIn(role, [item["RoleName"] for item in details["RoleDetailList"]])
        self.assertIn("ReadOnlyAccess", [item["PolicyName"] for item in details["Policies"]])
        self.assertEqual(self.iam.list_saml_providers()["SAMLProviderList"], [])

    def test_tags(self):
        """Users, roles, policies, profiles, devices and providers have tags."""
        user, role, arn = self.user()["UserName"], self.role()["RoleName"], self.policy()["Arn"]
        self.iam.create_instance_profile(InstanceProfileName=self.mark)
        device = self.iam.create_virtual_mfa_device(VirtualMFADeviceName=self.mark)["VirtualMFADevice"]["SerialNumber"]
        provider = self.iam.create_open_id_connect_provider(Url=f"https://{self.mark}.example.com")
        kinds = [
            ("user", {"UserName": user}),
            ("role", {"RoleName": role}),
            ("policy", {"PolicyArn": arn}),
            ("instance_profile", {"InstanceProfileName": self.mark}),
            ("mfa_device", {"SerialNumber": device}),
            ("open_id_connect_provider", {"OpenIDConnectProviderArn": provider["OpenIDConnectProviderArn"]}),
        ]
        for kind, name in kinds:
            getattr(self.iam, f"tag_{kind}")(**name, Tags=[{"Key": "A", "Value": "1"}, {"Key": "B", "Value": "2"}])
            getattr(self.iam, f"untag_{kind}")(**name, TagKeys=["a"])
            self.assertEqual(getattr(self.iam, f"list_{kind}_tags")(**name)["Tags"], [{"Key": "B", "Value": "2"}])
        self.assertEqual(
            error_code(self.iam.tag_user, UserName=user, Tags=[{"Key": "aws:x", "Value": ""}]), "ValidationError"
        )

    def test_providers(self):
        """OpenID Connect providers are made, changed and deleted."""
        url = f"https://oidc.{self.mark}.example.com/id/ABC"
        arn = self.iam.create_open_id_connect_provider(
            Url=url, ClientIDList=["sts.amazonaws.com"], ThumbprintList=["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"]
        )["OpenIDConnectProviderArn"]
        self.assertEqual(arn, f"arn:aws:iam::123456789012:oidc-provider/{url[8:]}")
        self.assertEqual(
            error(self.iam.create_open_id_connect_provider, Url=url)["Message"], f"Provider with url {url} already exists."
        )
        self.iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="other")
        self.iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="sts.amazonaws.com")
        self.iam.update_open_id_connect_provider_thumbprint(OpenIDConnectProviderArn=arn, ThumbprintList=["0" * 40])
        shown = self.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
        self.assertEqual((shown["Url"], shown["ClientIDList"], shown["ThumbprintList"]), (url[8:], ["other"], ["0" * 40]))
        listed = self.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
        self.assertIn(arn, [item["Arn"] for item in listed])
        self.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
        self.assertEqual(error_code(self.iam.get_open_id_connect_provider, OpenIDConnectProviderArn=arn), "NoSuchEntity")

    def test_devices(self):
        """A virtual MFA device belongs to a user until it is deactivated."""
        user = self.user()["UserName"]
        device = self.iam.create_virtual_mfa_device(VirtualMFADeviceName=self.mark)["VirtualMFADevice"]
        serial = device["SerialNumber"]
        codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
        self.iam.enable_mfa_device(UserName=user, SerialNumber=serial, **codes)
        self.iam.resync_mfa_device(UserName=user, SerialNumber=serial, **codes)
        self.assertEqual([item["SerialNumber"] for item in self.iam.list_mfa_devices(UserName=user)["MFADevices"]], [serial])
        self.assertEqual(self.iam.get_mfa_device(SerialNumber=serial)["UserName"], user)
        listed = self.iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
        self.assertIn(serial, [item["SerialNumber"] for item in listed])
        self.assertEqual(error_code(self.iam.delete_virtual_mfa_device, SerialNumber=serial), "DeleteConflict")
        self.iam.deactivate_mfa_device(UserName=user, SerialNumber=serial)
        self.iam.delete_virtual_mfa_device(SerialNumber=serial)

    def test_credentials(self):
        """SSH keys, signing certificates and service credentials come and go."""
        user = self.user()["UserName"]
        key = self.iam.upload_ssh_public_key(UserName=user, SSHPublicKeyBody="ssh-rsa AAAAB3NzaC1yc2E= ana")["SSHPublicKey"]
        self.assertEqual(key["Fingerprint"], ":".join(re.findall("..", hashlib.md5(base64.b64decode("AAAAB3NzaC1yc2E=")).hexdigest())))
        name = {"UserName": user, "SSHPublicKeyId": key["SSHPublicKeyId"]}
        self.iam.update_ssh_public_key(**name, Status="Inactive")
        self.assertEqual(self.iam.get_ssh_public_key(**name, Encoding="SSH")["SSHPublicKey"]["Status"], "Inactive")
        self.assertEqual(len(self.iam.list_ssh_public_keys(UserName=user)["SSHPublicKeys"]), 1)
        self.iam.delete_ssh_public_key(**name)
        body = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
        certificate = self.iam.upload_signing_certificate(UserName=user, CertificateBody=body)["Certificate"]["CertificateId"]
        self.iam.update_signing_certificate(UserName=user, CertificateId=certificate, Status="Inactive")
        self.assertEqual(len(self.iam.list_signing_certificates(UserName=user)["Certificates"]), 1)
        self.iam.delete_signing_certificate(UserName=user, CertificateId=certificate)
        made = self.iam.create_service_specific_credential(UserName=user, ServiceName="codecommit.amazonaws.com")
        name = {"UserName": user, "ServiceSpecificCredentialId": made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]}
        again = self.iam.reset_service_specific_credential(**name)["ServiceSpecificCredential"]["ServicePassword"]
        self.assertNotEqual(again, made["ServiceSpecificCredential"]["ServicePassword"])
        self.iam.update_service_specific_credential(**name, Status="Inactive")
        self.assertEqual(len(self.iam.list_service_specific_credentials(UserName=user)["ServiceSpecificCredentials"]), 1)
        self.iam.delete_service_specific_credential(**name)
        self.iam.delete_user(UserName=user)

    def test_server_certificates(self):
        """A certificate with its key is kept until nothing uses it; texts that are none are refused."""
        upload = self.iam.upload_server_certificate
        name = {"ServerCertificateName": "Site"}
        pair = {"CertificateBody": CERTIFICATE, "PrivateKey": KEY}
        made = upload(**name, **pair, Path="/web/", Tags=[{"Key": "a", "Value": "b"}])["ServerCertificateMetadata"]
        self.assertEqual(made["Arn"], "arn:aws:iam::123456789012:server-certificate/web/Site")
        self.assertEqual(made["Expiration"].isoformat(), EXPIRATION)
        self.assertEqual(error_code(upload, **name, **pair), "EntityAlreadyExists")
        self.assertEqual(error_code(upload, **name, CertificateBody=CERTIFICATE, PrivateKey=OTHER_KEY), "KeyPairMismatch")
        for change in ({"CertificateBody": "text"}, {"PrivateKey": "text"}, {"CertificateBody": CERTIFICATE[:200]}):
            self.assertEqual(error_code(upload, **name, **{**pair, **change}), "MalformedCertificate")
        self.iam.tag_server_certificate(**name, Tags=[{"Key": "c", "Value": "d"}])
        self.iam.untag_server_certificate(**name, TagKeys=["a"])
        self.assertEqual(self.iam.list_server_certificate_tags(**name)["Tags"], [{"Key": "c", "Value": "d"}])
        self.iam.update_server_certificate(**name, NewServerCertificateName="Shop", NewPath="/")
        found = self.iam.list_server_certificates()["ServerCertificateMetadataList"]
        self.assertEqual([one["ServerCertificateName"] for one in found], ["Shop"])
        shown = self.iam.get_server_certificate(ServerCertificateName="Shop")["ServerCertificate"]
        self.assertEqual(shown["CertificateBody"], CERTIFICATE.strip())
        elb, ec2 = client("elbv2"), client("ec2")
        subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"][:2]]
        balancer = elb.create_load_balancer(Name="secure", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
        listener = {
            "LoadBalancerArn": balancer, "Protocol": "HTTPS", "Port": 443,
            "DefaultActions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}],
        }
        old = [{"CertificateArn": made["Arn"]}]
        self.assertEqual(error_code(elb.create_listener, **listener, Certificates=old), "CertificateNotFound")
        arn = shown["ServerCertificateMetadata"]["Arn"]
        elb.create_listener(**listener, Certificates=[{"CertificateArn": arn}])
        delete = self.iam.delete_server_certificate
        self.assertEqual(error_code(delete, ServerCertificateName="Shop"), "DeleteConflict")
        elb.delete_load_balancer(LoadBalancerArn=balancer)
        delete(ServerCertificateName="Shop")
        self.assertEqual(error_code(delete, ServerCertificateName="Shop"), "NoSuchEntity")

    def test_credential_report(self):
        """The report has a line for the account and one for each user."""
        user = self.user()["UserName"]
        self.iam.create_access_key(UserName=user)
        self.iam.create_login_profile(UserName=user, Password="Correct-Horse-7")
        self.assertEqual(error_code(self.iam.get_credential_report), "ReportNotPresent")
        self.assertEqual(self.iam.generate_credential_report()["State"], "STARTED")
        self.assertEqual(self.iam.generate_credential_report()["State"], "COMPLETE")
        content = self.iam.get_credential_report()["Content"].decode()
        lines = {line["user"]: line for line in csv.DictReader(io.StringIO(content))}
        self.assertEqual(lines["<root_account>"]["arn"], "arn:aws:iam::123456789012:root")
        line = lines[user]
        self.assertEqual(
            (line["password_enabled"], line["access_key_1_active"], line["access_key_2_active"], line["mfa_active"]),
            ("true", "true", "false", "false"),
        )
        self.iam.set_security_token_service_preferences(GlobalEndpointTokenVersion="v2Token")
        self.assertEqual(self.iam.get_account_summary()["SummaryMap"]["GlobalEndpointTokenVersion"], 2)

    def test_unknown_operations(self):
        """What is not emulated says so at once, with a status that is not tried again."""
        self.assertEqual(error_code(self.iam.list_organizations_features), "InvalidAction")


if __name__ == "__main__":
    unittest.main()
