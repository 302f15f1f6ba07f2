import json
import unittest

from support import TestCase, client, error, error_code, image_id


class FaultInjection(TestCase):
    """Experiments of AWS Fault Injection Service."""

    @classmethod
    def setUpClass(cls):
        cls.fis = client("fis")
        cls.ec2 = client("ec2")
        iam = client("iam")
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "fis.amazonaws.com"}, "Action": "sts:AssumeRole"},
                {"Effect": "Allow", "Principal": {"AWS": iam.create_user(UserName="tester")["User"]["Arn"]}, "Action": "sts:AssumeRole"},
            ],
        }
        cls.key = iam.create_access_key(UserName="tester")["AccessKey"]
        cls.role = iam.create_role(RoleName="experimenter", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        cls.image = image_id(cls.ec2)

    def launch(self, count, name, **more):
        made = self.ec2.run_instances(
            ImageId=self.image, InstanceType="t3.micro", MinCount=count, MaxCount=count,
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}], **more,
        )["Instances"]
        ids = [one["InstanceId"] for one in made]
        self.addCleanup(self.ec2.terminate_instances, InstanceIds=ids)
        return ids

    def states(self, ids):
        reservations = self.ec2.describe_instances(InstanceIds=ids)["Reservations"]
        return [one["State"]["Name"] for reservation in reservations for one in reservation["Instances"]]

    def template(self, actions, targets=None, stop=None, **more):
        made = self.fis.create_experiment_template(
            description="a test", roleArn=self.role, actions=actions, targets=targets or {},
            stopConditions=stop or [{"source": "none"}], **more,
        )["experimentTemplate"]
        self.addCleanup(self.fis.delete_experiment_template, id=made["id"])
        return made

    def start(self, template, **more):
        return self.fis.start_experiment(experimentTemplateId=template["id"], **more)["experiment"]

    def wait(self, experiment):
        for _ in range(20):
            experiment = self.fis.get_experiment(id=experiment["id"])["experiment"]
            if experiment["state"]["status"] not in ("initiating", "running", "stopping"):
                return experiment
        raise AssertionError(f"the experiment goes on: {experiment['state']}")

    def by_name(self, name, mode="ALL"):
        return {"resourceType": "aws:ec2:instance", "resourceTags": {"Name": name}, "selectionMode": mode}

    def test_templates(self):
        """A template is kept as it was given, changed, tagged, listed and deleted."""
        target = self.by_name("kept") | {"filters": [{"path": "State.Name", "values": ["running"]}]}
        action = {
            "actionId": "aws:ec2:stop-instances", "targets": {"Instances": "web"},
            "parameters": {"startInstancesAfterDuration": "PT5M"}, "description": "stops them",
        }
        made = self.template(
            {"stop": action, "wait": {"actionId": "aws:fis:wait", "parameters": {"duration": "PT1M"}, "startAfter": ["stop"]}},
            {"web": target}, tags={"team": "blue"},
        )
        self.assertRegex(made["id"], "^EXT[A-Z0-9]+$")
        self.assertTrue(made["arn"].endswith(f":experiment-template/{made['id']}"))
        found = self.fis.get_experiment_template(id=made["id"])["experimentTemplate"]
        self.assertEqual(found["targets"], {"web": target})
        self.assertEqual(found["actions"]["stop"], action)
        self.assertEqual(found["stopConditions"], [{"source": "none"}])
        self.assertEqual(found["experimentOptions"], {"accountTargeting": "single-account", "emptyTargetResolutionMode": "fail"})
        changed = self.fis.update_experiment_template(
            id=made["id"], description="another", experimentOptions={"emptyTargetResolutionMode": "skip"}
        )["experimentTemplate"]
        self.assertEqual(changed["description"], "another")
        self.assertEqual(changed["experimentOptions"]["emptyTargetResolutionMode"], "skip")
        self.assertIn(made["id"], [one["id"] for one in self.fis.list_experiment_templates()["experimentTemplates"]])
        self.fis.tag_resource(resourceArn=made["arn"], tags={"cost": "1"})
        self.fis.untag_resource(resourceArn=made["arn"], tagKeys=["team"])
        self.assertEqual(self.fis.list_tags_for_resource(resourceArn=made["arn"])["tags"], {"cost": "1"})

    def test_stop_and_start_again(self):
        """Stopped instances are started again when their time is over; only what was chosen is stopped."""
        ids = self.launch(3, "napping")
        self.states(ids)
        template = self.template(
            {
                "stop": {
                    "actionId": "aws:ec2:stop-instances", "targets": {"Instances": "web"},
                    "parameters": {"startInstancesAfterDuration": "PT5M"},
                }
            },
            {"web": self.by_name("napping", "COUNT(2)")},
        )
        started = self.start(template, tags={"run": "1"})
        self.assertEqual(started["state"], {"status": "initiating", "reason": "Experiment is initiating."})
        self.assertEqual(started["actions"]["stop"]["state"]["status"], "pending")
        self.assertEqual(sorted(self.states(ids)), ["running", "stopped", "stopped"])
        running = self.fis.get_experiment(id=started["id"])["experiment"]
        self.assertEqual(running["state"]["status"], "running")
        resolved = self.fis.list_experiment_resolved_targets(experimentId=started["id"])["resolvedTargets"]
        self.assertEqual(len(resolved), 2)
        self.assertIn(":instance/i-", resolved[0]["targetInformation"]["arn"])
        done = self.wait(started)
        self.assertEqual(done["state"], {"status": "completed", "reason": "Experiment completed."})
        self.assertEqual(done["actions"]["stop"]["state"]["status"], "completed")
        self.ec2.create_tags(Resources=[ids[0]], Tags=[{"Key": "seen", "Value": "1"}])
        self.assertEqual(self.states(ids), ["running"] * 3)
        listed = self.fis.list_experiments(experimentTemplateId=template["id"])["experiments"]
        self.assertEqual([one["id"] for one in listed], [started["id"]])

    def test_terminate_and_reboot(self):
        """Instances are rebooted, then terminated, one action after the other."""
        ids = self.launch(1, "doomed")
        self.assertEqual(self.states(ids), ["running"])
        template = self.template(
            {
                "reboot": {"actionId": "aws:ec2:reboot-instances", "targets": {"Instances": "web"}},
                "end": {
                    "actionId": "aws:ec2:terminate-instances", "targets": {"Instances": "web"}, "startAfter": ["reboot"],
                },
            },
            {"web": {
                "resourceType": "aws:ec2:instance", "selectionMode": "ALL",
                "resourceArns": [f"arn:aws:ec2:us-east-1:{self.role.split(':')[4]}:instance/{ids[0]}"],
            }},
        )
        done = self.wait(self.start(template))
        self.assertEqual(done["state"]["status"], "completed")
        self.assertLess(done["actions"]["reboot"]["endTime"], done["actions"]["end"]["endTime"])
        self.assertEqual(self.states(ids), ["terminated"])

    def test_throttled_role(self):
        """Calls of a role's sessions are throttled while the experiment runs, and go through when it is stopped."""
        session = client("sts", credentials=self.key).assume_role(RoleArn=self.role, RoleSessionName="session")["Credentials"]
        ec2 = client("ec2", credentials=session)
        self.assertEqual(error_code(ec2.describe_vpcs, VpcIds=["vpc-00000000000000000"]), "InvalidVpcID.NotFound")
        parameters = {"duration": "PT10M", "service": "ec2", "percentage": "100", "operations": "DescribeVpcs,DescribeSubnets"}
        roles = {"roles": {"resourceType": "aws:iam:role", "resourceArns": [self.role], "selectionMode": "ALL"}}
        codes = {}
        for kind in ("throttle", "internal", "unavailable"):
            action = {"actionId": f"aws:fis:inject-api-{kind}-error", "parameters": parameters, "targets": {"Roles": "roles"}}
            experiment = self.start(self.template({"api": action}, roles))
            self.assertEqual(self.fis.get_experiment(id=experiment["id"])["experiment"]["state"]["status"], "running")
            codes[kind] = error_code(ec2.describe_vpcs)
            ec2.describe_instances()
            self.ec2.describe_vpcs()
            stopping = self.fis.stop_experiment(id=experiment["id"])["experiment"]
            self.assertEqual(stopping["state"], {"status": "stopping", "reason": "Stopping Experiment."})
            self.assertEqual(self.wait(experiment)["actions"]["api"]["state"]["status"], "stopped")
            ec2.describe_vpcs()
        self.assertEqual(codes, {"throttle": "RequestLimitExceeded", "internal": "InternalError", "unavailable": "Unavailable"})

    def test_no_capacity(self):
        """Launches fail in the zones of a capacity error, those of a group too, and the group goes elsewhere."""
        scaling = client("autoscaling")
        self.ec2.create_launch_template(
            LaunchTemplateName="short", LaunchTemplateData={"ImageId": self.image, "InstanceType": "t3.micro"}
        )
        scaling.create_auto_scaling_group(
            AutoScalingGroupName="short", MinSize=0, MaxSize=4, DesiredCapacity=0,
            LaunchTemplate={"LaunchTemplateName": "short"}, AvailabilityZones=["us-east-1a", "us-east-1b"],
        )
        self.addCleanup(scaling.delete_auto_scaling_group, AutoScalingGroupName="short", ForceDelete=True)
        group = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=["short"])["AutoScalingGroups"][0]
        parameters = {"duration": "PT30M", "availabilityZoneIdentifiers": "us-east-1a", "percentage": "100"}
        experiment = self.start(
            self.template(
                {"capacity": {
                    "actionId": "aws:ec2:asg-insufficient-instance-capacity-error", "parameters": parameters,
                    "targets": {"AutoScalingGroups": "groups"},
                }},
                {"groups": {
                    "resourceType": "aws:ec2:autoscaling-group", "resourceArns": [group["AutoScalingGroupARN"]],
                    "selectionMode": "ALL",
                }},
            )
        )
        self.fis.get_experiment(id=experiment["id"])
        scaling.set_desired_capacity(AutoScalingGroupName="short", DesiredCapacity=2)
        instances = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=["short"])["AutoScalingGroups"][0]["Instances"]
        self.assertEqual([one["AvailabilityZone"] for one in instances], ["us-east-1b"] * 2)
        failed = [
            one for one in scaling.describe_scaling_activities(AutoScalingGroupName="short")["Activities"]
            if one["StatusCode"] == "Failed"
        ]
        self.assertIn("capacity", failed[0]["StatusMessage"])
        self.launch(1, "elsewhere", Placement={"AvailabilityZone": "us-east-1a"})
        self.fis.stop_experiment(id=experiment["id"])
        self.wait(experiment)

    def test_stop_condition(self):
        """An alarm that goes off ends an experiment."""
        watch = client("cloudwatch")
        watch.put_metric_alarm(
            AlarmName="halt", Namespace="Lab", MetricName="Halt", Statistic="Sum", Period=60, EvaluationPeriods=1,
            Threshold=1, ComparisonOperator="GreaterThanThreshold",
        )
        self.addCleanup(watch.delete_alarms, AlarmNames=["halt"])
        arn = watch.describe_alarms(AlarmNames=["halt"])["MetricAlarms"][0]["AlarmArn"]
        subnets = {"subnets": {
            "resourceType": "aws:ec2:subnet", "selectionMode": "ALL",
            "parameters": {"availabilityZoneIdentifier": "us-east-1a"},
        }}
        action = {
            "actionId": "aws:network:disrupt-connectivity", "parameters": {"duration": "PT10M", "scope": "all"},
            "targets": {"Subnets": "subnets"},
        }
        template = self.template({"cut": action}, subnets, [{"source": "aws:cloudwatch:alarm", "value": arn}])
        experiment = self.start(template)
        self.assertEqual(self.fis.get_experiment(id=experiment["id"])["experiment"]["state"]["status"], "running")
        watch.set_alarm_state(AlarmName="halt", StateValue="ALARM", StateReason="a test")
        self.assertEqual(
            self.wait(experiment)["state"], {"status": "stopped", "reason": "Experiment halted by stop condition."}
        )
        watch.set_alarm_state(AlarmName="halt", StateValue="ALARM", StateReason="a test")
        self.assertEqual(error_code(self.fis.start_experiment, experimentTemplateId=template["id"]), "ConflictException")

    def test_empty_targets(self):
        """Without any resource an experiment fails, or skips what would have nothing to do."""
        action = {"stop": {"actionId": "aws:ec2:stop-instances", "targets": {"Instances": "web"}}}
        failed = self.wait(self.start(self.template(action, {"web": self.by_name("nobody")})))
        self.assertEqual(failed["state"]["status"], "failed")
        self.assertEqual(failed["state"]["reason"], "Target resolution returned empty set")
        skipping = self.template(
            action, {"web": self.by_name("nobody")}, experimentOptions={"emptyTargetResolutionMode": "skip"}
        )
        done = self.wait(self.start(skipping))
        self.assertEqual(done["state"]["status"], "completed")
        self.assertEqual(done["actions"]["stop"]["state"]["status"], "skipped")

    def test_catalogue(self):
        """Actions and target types are listed and described."""
        actions = [one["id"] for one in self.fis.list_actions()["actions"]]
        self.assertIn("aws:network:disrupt-connectivity", actions)
        action = self.fis.get_action(id="aws:ec2:stop-instances")["action"]
        self.assertEqual(action["targets"], {"Instances": {"resourceType": "aws:ec2:instance"}})
        self.assertFalse(action["parameters"]["startInstancesAfterDuration"]["required"])
        types = [one["resourceType"] for one in self.fis.list_target_resource_types()["targetResourceTypes"]]
        self.assertIn("aws:ec2:subnet", types)
        kind = self.fis.get_target_resource_type(resourceType="aws:ec2:subnet")["targetResourceType"]
        self.assertIn("availabilityZoneIdentifier", kind["parameters"])

    def test_safety_lever(self):
        """While the lever is engaged, nothing is started."""
        template = self.template({"wait": {"actionId": "aws:fis:wait", "parameters": {"duration": "PT1M"}}})
        lever = self.fis.update_safety_lever_state(id="default", state={"status": "engaged", "reason": "exam"})["safetyLever"]
        self.assertEqual(lever["state"], {"status": "engaged", "reason": "exam"})
        self.assertEqual(error_code(self.fis.start_experiment, experimentTemplateId=template["id"]), "ConflictException")
        self.fis.update_safety_lever_state(id="default", state={"status": "disengaged", "reason": "over"})
        self.assertEqual(self.fis.get_safety_lever(id="default")["safetyLever"]["state"]["status"], "disengaged")
        self.assertEqual(self.wait(self.start(template))["state"]["status"], "completed")

    def test_accounts(self):
        """Accounts of a multi-account experiment are kept with its template and its experiments."""
        template = self.template(
            {"wait": {"actionId": "aws:fis:wait", "parameters": {"duration": "PT1M"}}},
            experimentOptions={"accountTargeting": "multi-account"},
        )
        account = {"experimentTemplateId": template["id"], "accountId": "123456789012"}
        self.fis.create_target_account_configuration(**account, roleArn=self.role)
        self.fis.update_target_account_configuration(**account, description="the other one")
        found = self.fis.get_target_account_configuration(**account)["targetAccountConfiguration"]
        self.assertEqual(found["description"], "the other one")
        listed = self.fis.list_target_account_configurations(experimentTemplateId=template["id"])
        self.assertEqual(len(listed["targetAccountConfigurations"]), 1)
        experiment = self.start(template)
        listed = self.fis.list_experiment_target_account_configurations(experimentId=experiment["id"])
        self.assertEqual([one["accountId"] for one in listed["targetAccountConfigurations"]], ["123456789012"])
        found = self.fis.get_experiment_target_account_configuration(experimentId=experiment["id"], accountId="123456789012")
        self.assertEqual(found["targetAccountConfiguration"]["roleArn"], self.role)
        self.fis.delete_target_account_configuration(**account)
        self.wait(experiment)

    def test_refusals(self):
        """What cannot work is refused when the template is made."""
        create = self.fis.create_experiment_template
        base = {"description": "x", "roleArn": self.role, "stopConditions": [{"source": "none"}]}
        stop = {"actionId": "aws:ec2:stop-instances", "targets": {"Instances": "web"}}
        web = {"web": self.by_name("web")}
        for actions, targets in (
            ({"stop": stop}, {}),
            ({"stop": stop}, {"web": self.by_name("web", "SOME")}),
            ({"stop": stop}, {"web": {"resourceType": "aws:ec2:subnet", "selectionMode": "ALL", "resourceTags": {"a": "b"}}}),
            ({"stop": stop}, {"web": {"resourceType": "aws:ec2:instance", "selectionMode": "ALL"}}),
            ({"stop": stop | {"parameters": {"startInstancesAfterDuration": "PT13H"}}}, web),
            ({"stop": stop | {"parameters": {"force": "true"}}}, web),
            ({"stop": stop | {"startAfter": ["nothing"]}}, web),
            ({"a": stop | {"startAfter": ["b"]}, "b": stop | {"startAfter": ["a"]}}, web),
            ({"wait": {"actionId": "aws:fis:wait"}}, {}),
            ({"wait": {"actionId": "aws:fis:nap", "parameters": {}}}, {}),
            ({"wait": {"actionId": "aws:fis:wait", "parameters": {"duration": "PT1M"}}}, web),
        ):
            self.assertEqual(error_code(create, **base, actions=actions, targets=targets), "ValidationException", actions)
        alarm = [{"source": "aws:cloudwatch:alarm", "value": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:none"}]
        wait = {"wait": {"actionId": "aws:fis:wait", "parameters": {"duration": "PT1M"}}}
        self.assertEqual(error_code(create, **(base | {"stopConditions": alarm}), actions=wait), "ValidationException")
        failure = error(self.fis.get_experiment_template, id="EXTnone")
        self.assertEqual(failure["Code"], "ResourceNotFoundException")
        self.assertEqual(error_code(self.fis.start_experiment, experimentTemplateId="EXTnone"), "ResourceNotFoundException")
        self.assertEqual(error_code(self.fis.stop_experiment, id="EXPnone"), "ResourceNotFoundException")


if __name__ == "__main__":
    unittest.main()
