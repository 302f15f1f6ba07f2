"""AWS STS: who one is, and temporary credentials."""

import base64
import json
import unittest
import urllib.error
import urllib.request

from support import TestCase, client, error, error_code

ACCOUNT = "123456789012"


def trust(principal, condition=None):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class STS(TestCase):
    counter = 0

    def setUp(self):
        self.sts = client("sts")
        self.iam = client("iam")
        STS.counter += 1
        self.mark = f"s{STS.counter}"

    def role(self, principal, condition=None, **parameters):
        return self.iam.create_role(
            RoleName=self.mark, AssumeRolePolicyDocument=trust(principal, condition), **parameters
        )["Role"]

    def user(self):
        user = self.iam.create_user(UserName=self.mark)["User"]
        return user, self.iam.create_access_key(UserName=self.mark)["AccessKey"]

    def test_identity(self):
        """An unknown key is the account's; a user's key is the user's."""
        self.assertEqual(self.sts.get_caller_identity()["Arn"], f"arn:aws:iam::{ACCOUNT}:root")
        user, key = self.user()
        identity = client("sts", credentials=key).get_caller_identity()
        self.assertEqual((identity["Arn"], identity["UserId"]), (user["Arn"], user["UserId"]))
        self.assertEqual(self.sts.get_access_key_info(AccessKeyId=key["AccessKeyId"])["Account"], ACCOUNT)
        self.assertEqual(client("iam", credentials=key).get_user()["User"]["UserName"], self.mark)

    def test_assume_role(self):
        """Whom the role trusts gets a session of it."""
        user, key = self.user()
        role = self.role({"AWS": user["Arn"]})
        own = client("sts", credentials=key)
        answer = own.assume_role(
            RoleArn=role["Arn"],
            RoleSessionName="lab",
            Policy=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}),
            Tags=[{"Key": "Course", "Value": "cloud"}],
        )
        self.assertEqual(answer["AssumedRoleUser"]["Arn"], f"arn:aws:sts::{ACCOUNT}:assumed-role/{self.mark}/lab")
        self.assertEqual(answer["AssumedRoleUser"]["AssumedRoleId"], role["RoleId"] + ":lab")
        self.assertRegex(answer["Credentials"]["AccessKeyId"], r"^ASIA[A-Z0-9]{16}$")
        session = client("sts", credentials=answer["Credentials"])
        self.assertEqual(session.get_caller_identity()["Arn"], answer["AssumedRoleUser"]["Arn"])
        self.assertEqual(error_code(session.get_session_token), "AccessDenied")
        self.assertEqual(error_code(client("iam", credentials=answer["Credentials"]).get_user), "ValidationError")
        refused = error(self.sts.assume_role, RoleArn=role["Arn"], RoleSessionName="lab")
        self.assertEqual(refused["Code"], "AccessDenied")
        self.assertEqual(
            refused["Message"],
            f"User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform: sts:AssumeRole on resource: {role['Arn']}",
        )
        self.assertEqual(
            error_code(own.assume_role, RoleArn=role["Arn"] + "x", RoleSessionName="lab"), "AccessDenied"
        )

    def test_external_id(self):
        """A condition of the trust policy must hold."""
        role = self.role({"AWS": ACCOUNT}, {"StringEquals": {"sts:ExternalId": "secret"}})
        names = {"RoleArn": role["Arn"], "RoleSessionName": "lab"}
        self.assertEqual(error_code(self.sts.assume_role, **names), "AccessDenied")
        self.assertEqual(error_code(self.sts.assume_role, **names, ExternalId="wrong"), "AccessDenied")
        self.assertTrue(self.sts.assume_role(**names, ExternalId="secret")["Credentials"])

    def test_duration(self):
        """A session lasts as long as the role allows, and an hour at most when roles are chained."""
        role = self.role({"AWS": "*"}, MaxSessionDuration=7200)
        names = {"RoleArn": role["Arn"], "RoleSessionName": "lab"}
        self.assertEqual(
            error(self.sts.assume_role, **names, DurationSeconds=7201)["Message"],
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )
        self.assertEqual(error_code(self.sts.assume_role, **names, DurationSeconds=43201), "ValidationError")
        first = self.sts.assume_role(**names, DurationSeconds=7200)["Credentials"]
        chained = client("sts", credentials=first)
        self.assertEqual(
            error(chained.assume_role, **names, DurationSeconds=7200)["Message"],
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        )
        self.assertTrue(chained.assume_role(**names)["Credentials"])

    def test_tokens(self):
        """GetSessionToken and GetFederationToken give temporary credentials."""
        user, key = self.user()
        own = client("sts", credentials=key)
        session = own.get_session_token(DurationSeconds=900)["Credentials"]
        self.assertEqual(client("sts", credentials=session).get_caller_identity()["Arn"], user["Arn"])
        federated = own.get_federation_token(Name="guest")
        self.assertEqual(federated["FederatedUser"]["Arn"], f"arn:aws:sts::{ACCOUNT}:federated-user/guest")
        identity = client("sts", credentials=federated["Credentials"]).get_caller_identity()
        self.assertEqual(identity["UserId"], f"{ACCOUNT}:guest")
        self.assertEqual(error_code(own.get_session_token, DurationSeconds=129601), "ValidationError")

    def test_web_identity(self):
        """A token of a known provider makes one a session of a role, without a signature."""
        issuer = f"https://{self.mark}.example.com"
        arn = self.iam.create_open_id_connect_provider(Url=issuer, ClientIDList=["sts.amazonaws.com"])
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": arn["OpenIDConnectProviderArn"]},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{issuer[8:]}:sub": "system:serviceaccount:default:app"}},
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        role = self.iam.create_role(RoleName=self.mark, AssumeRolePolicyDocument=document)["Role"]

        def token(**claims):
            parts = [{"alg": "none"}, {"iss": issuer, "aud": "sts.amazonaws.com", **claims}]
            coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
            return ".".join(coded + ["c2ln"])

        def assume(text):
            return {"RoleArn": role["Arn"], "RoleSessionName": "pod", "WebIdentityToken": text}

        fine = assume(token(sub="system:serviceaccount:default:app"))
        answer = self.sts.assume_role_with_web_identity(**fine)
        self.assertEqual(answer["AssumedRoleUser"]["Arn"], f"arn:aws:sts::{ACCOUNT}:assumed-role/{self.mark}/pod")
        call = self.sts.assume_role_with_web_identity
        self.assertEqual(error_code(call, **assume(token(sub="other"))), "AccessDenied")
        self.assertEqual(error_code(call, **assume(token(sub="x", aud="y"))), "InvalidIdentityToken")
        self.assertEqual(error_code(call, **assume("no.to")), "InvalidIdentityToken")

    def test_unsigned(self):
        """Nothing else is answered without a signature."""
        url = self.sts.meta.endpoint_url
        for body in [
            b"Action=GetCallerIdentity&Version=2011-06-15",
            b"Action=AssumeRoleWithWebIdentity&Action=GetFederationToken&Name=guest&Version=2011-06-15",
        ]:
            with self.assertRaises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(urllib.request.Request(url, data=body, method="POST"))
            self.assertEqual(caught.exception.code, 403)
            self.assertIn(b"MissingAuthenticationToken", caught.exception.read())

    def test_decoding(self):
        """A message that was not encoded here is none."""
        self.assertEqual(
            error(self.sts.decode_authorization_message, EncodedMessage="AAAA")["Message"], "Message is not valid"
        )


if __name__ == "__main__":
    unittest.main()
