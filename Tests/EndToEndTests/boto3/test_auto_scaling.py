import base64
import datetime
import unittest

from support import TestCase, client, error, error_code, image_id


class AutoScaling(TestCase):
    """Groups of instances that keep themselves up."""

    @classmethod
    def setUpClass(cls):
        cls.ec2 = client("ec2")
        cls.scaling = client("autoscaling")
        cls.image = image_id(cls.ec2)
        cls.template = cls.ec2.create_launch_template(
            LaunchTemplateName="scaling", LaunchTemplateData={"ImageId": cls.image, "InstanceType": "t3.micro"}
        )["LaunchTemplate"]["LaunchTemplateId"]
        subnets = cls.ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
        cls.subnets = {subnet["AvailabilityZone"]: subnet["SubnetId"] for subnet in subnets}

    def make(self, name, zones=("us-east-1a", "us-east-1b"), **more):
        parameters = {
            "LaunchTemplate": {"LaunchTemplateId": self.template, "Version": "$Latest"},
            "MinSize": 0,
            "MaxSize": 6,
            "DesiredCapacity": 2,
            "VPCZoneIdentifier": ",".join(self.subnets[zone] for zone in zones),
        }
        self.scaling.create_auto_scaling_group(AutoScalingGroupName=name, **(parameters | more))
        self.addCleanup(self.remove, name)
        return self.group(name)

    def remove(self, name):
        if self.scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]:
            self.scaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)

    def group(self, name):
        (group,) = self.scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
        return group

    def serving(self, name):
        """The instances that are in service, by id."""
        instances = self.group(name)["Instances"]
        return {one["InstanceId"]: one for one in instances if one["LifecycleState"] == "InService"}

    def activities(self, name):
        return self.scaling.describe_scaling_activities(AutoScalingGroupName=name)["Activities"]

    def test_a_group_balances_its_zones(self):
        """A group launches what it should have, spread over its zones, and tells of it in AWS's words."""
        group = self.make("balanced", DesiredCapacity=4, Tags=[{"Key": "Name", "Value": "web", "PropagateAtLaunch": True}])
        self.assertEqual((group["MinSize"], group["DesiredCapacity"], group["MaxSize"]), (0, 4, 6))
        self.assertEqual(group["HealthCheckType"], "EC2")
        self.assertEqual(group["TerminationPolicies"], ["Default"])
        self.assertEqual(group["AvailabilityZones"], ["us-east-1a", "us-east-1b"])
        instances = self.serving("balanced")
        zones = sorted(one["AvailabilityZone"] for one in instances.values())
        self.assertEqual(zones, ["us-east-1a", "us-east-1a", "us-east-1b", "us-east-1b"])
        described = self.ec2.describe_instances(InstanceIds=list(instances))["Reservations"]
        tags = {tag["Key"]: tag["Value"] for tag in described[0]["Instances"][0]["Tags"]}
        self.assertEqual(tags["aws:autoscaling:groupName"], "balanced")
        self.assertEqual(tags["Name"], "web")
        activity = self.activities("balanced")[0]
        self.assertEqual(activity["StatusCode"], "Successful")
        self.assertRegex(activity["Description"], r"^Launching a new EC2 instance: i-[0-9a-f]{17}$")
        self.assertIn("user request created an AutoScalingGroup changing the desired capacity from 0 to 4", activity["Cause"])
        listed = self.scaling.describe_auto_scaling_instances(InstanceIds=list(instances))["AutoScalingInstances"]
        self.assertEqual({one["AutoScalingGroupName"] for one in listed}, {"balanced"})

    def test_a_terminated_instance_is_replaced(self):
        """An instance that somebody terminates is found unhealthy and replaced in the same zone."""
        self.make("healing")
        before = self.serving("healing")
        victim = min(before)
        self.ec2.terminate_instances(InstanceIds=[victim])
        after = self.serving("healing")
        self.assertEqual(len(after), 2)
        self.assertNotIn(victim, after)
        self.assertEqual(
            sorted(one["AvailabilityZone"] for one in after.values()),
            sorted(one["AvailabilityZone"] for one in before.values()),
        )
        causes = [activity["Cause"] for activity in self.activities("healing")]
        self.assertTrue(any("an instance was taken out of service in response to an EC2 health check" in cause for cause in causes))

    def test_unhealthy_by_hand(self):
        """SetInstanceHealth has an instance replaced; a stopped one is, too."""
        self.make("sick")
        before = self.serving("sick")
        self.scaling.set_instance_health(InstanceId=min(before), HealthStatus="Unhealthy", ShouldRespectGracePeriod=False)
        self.assertNotIn(min(before), self.serving("sick"))
        self.ec2.stop_instances(InstanceIds=[max(before)])
        self.assertNotIn(max(before), self.serving("sick"))
        self.assertEqual(len(self.serving("sick")), 2)

    def test_desired_capacity(self):
        """The desired capacity is followed both ways, within its bounds."""
        self.make("sizes")
        self.scaling.set_desired_capacity(AutoScalingGroupName="sizes", DesiredCapacity=5)
        self.assertEqual(len(self.serving("sizes")), 5)
        self.scaling.update_auto_scaling_group(AutoScalingGroupName="sizes", MaxSize=3)
        self.assertEqual(self.group("sizes")["DesiredCapacity"], 3)
        self.assertEqual(len(self.serving("sizes")), 3)
        failure = error(self.scaling.set_desired_capacity, AutoScalingGroupName="sizes", DesiredCapacity=9)
        self.assertEqual(failure["Code"], "ValidationError")
        self.assertIn("above max value 3", failure["Message"])
        instance = min(self.serving("sizes"))
        activity = self.scaling.terminate_instance_in_auto_scaling_group(
            InstanceId=instance, ShouldDecrementDesiredCapacity=True
        )["Activity"]
        self.assertIn(f"Terminating EC2 instance: {instance}", activity["Description"])
        self.assertEqual(self.group("sizes")["DesiredCapacity"], 2)

    def test_detach_and_attach(self):
        """An instance leaves a group alive, and comes back."""
        self.make("loose", MinSize=0)
        instance = min(self.serving("loose"))
        self.scaling.detach_instances(
            AutoScalingGroupName="loose", InstanceIds=[instance], ShouldDecrementDesiredCapacity=True
        )
        self.assertEqual(len(self.serving("loose")), 1)
        (reservation,) = self.ec2.describe_instances(InstanceIds=[instance])["Reservations"]
        self.assertEqual(reservation["Instances"][0]["State"]["Name"], "running")
        self.scaling.attach_instances(AutoScalingGroupName="loose", InstanceIds=[instance])
        self.assertIn(instance, self.serving("loose"))
        self.assertEqual(self.group("loose")["DesiredCapacity"], 2)

    def test_standby(self):
        """An instance in standby serves nobody and is not replaced."""
        self.make("standby")
        instance = min(self.serving("standby"))
        self.scaling.enter_standby(
            AutoScalingGroupName="standby", InstanceIds=[instance], ShouldDecrementDesiredCapacity=True
        )
        states = {one["InstanceId"]: one["LifecycleState"] for one in self.group("standby")["Instances"]}
        self.assertEqual(states[instance], "Standby")
        self.assertEqual(self.group("standby")["DesiredCapacity"], 1)
        self.scaling.exit_standby(AutoScalingGroupName="standby", InstanceIds=[instance])
        self.assertIn(instance, self.serving("standby"))

    def test_protection(self):
        """A protected instance survives a scale-in."""
        self.make("protected")
        kept = max(self.serving("protected"))
        self.scaling.set_instance_protection(
            AutoScalingGroupName="protected", InstanceIds=[kept], ProtectedFromScaleIn=True
        )
        self.scaling.set_desired_capacity(AutoScalingGroupName="protected", DesiredCapacity=1)
        self.assertEqual(list(self.serving("protected")), [kept])

    def test_suspended_processes(self):
        """Nothing is launched while Launch is suspended, and all of it afterwards."""
        self.make("suspended", DesiredCapacity=0)
        self.scaling.suspend_processes(AutoScalingGroupName="suspended", ScalingProcesses=["Launch"])
        self.assertEqual([one["ProcessName"] for one in self.group("suspended")["SuspendedProcesses"]], ["Launch"])
        self.scaling.set_desired_capacity(AutoScalingGroupName="suspended", DesiredCapacity=2)
        self.assertEqual(self.serving("suspended"), {})
        self.scaling.resume_processes(AutoScalingGroupName="suspended", ScalingProcesses=["Launch"])
        self.assertEqual(len(self.serving("suspended")), 2)

    def test_lifecycle_hooks(self):
        """A hook holds an instance until somebody completes the action."""
        self.make("hooked", DesiredCapacity=0)
        self.scaling.put_lifecycle_hook(
            LifecycleHookName="warm",
            AutoScalingGroupName="hooked",
            LifecycleTransition="autoscaling:EC2_INSTANCE_LAUNCHING",
            HeartbeatTimeout=7200,
            DefaultResult="CONTINUE",
        )
        (hook,) = self.scaling.describe_lifecycle_hooks(AutoScalingGroupName="hooked")["LifecycleHooks"]
        self.assertEqual((hook["HeartbeatTimeout"], hook["DefaultResult"]), (7200, "CONTINUE"))
        self.scaling.set_desired_capacity(AutoScalingGroupName="hooked", DesiredCapacity=1)
        (waiting,) = self.group("hooked")["Instances"]
        self.assertEqual(waiting["LifecycleState"], "Pending:Wait")
        self.scaling.record_lifecycle_action_heartbeat(
            LifecycleHookName="warm", AutoScalingGroupName="hooked", InstanceId=waiting["InstanceId"]
        )
        self.scaling.complete_lifecycle_action(
            LifecycleHookName="warm",
            AutoScalingGroupName="hooked",
            InstanceId=waiting["InstanceId"],
            LifecycleActionResult="CONTINUE",
        )
        self.assertEqual(list(self.serving("hooked")), [waiting["InstanceId"]])
        self.scaling.delete_lifecycle_hook(LifecycleHookName="warm", AutoScalingGroupName="hooked")
        self.assertEqual(self.scaling.describe_lifecycle_hooks(AutoScalingGroupName="hooked")["LifecycleHooks"], [])

    def test_policies(self):
        """Simple, step and target-tracking policies are kept, and change the capacity when they are executed."""
        self.make("policies", DesiredCapacity=1)
        simple = self.scaling.put_scaling_policy(
            AutoScalingGroupName="policies",
            PolicyName="add-two",
            PolicyType="SimpleScaling",
            AdjustmentType="ChangeInCapacity",
            ScalingAdjustment=2,
            Cooldown=60,
        )
        self.assertIn(":scalingPolicy:", simple["PolicyARN"])
        self.scaling.put_scaling_policy(
            AutoScalingGroupName="policies",
            PolicyName="steps",
            PolicyType="StepScaling",
            AdjustmentType="ExactCapacity",
            StepAdjustments=[
                {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 20, "ScalingAdjustment": 4},
                {"MetricIntervalLowerBound": 20, "ScalingAdjustment": 6},
            ],
        )
        tracking = self.scaling.put_scaling_policy(
            AutoScalingGroupName="policies",
            PolicyName="half-busy",
            PolicyType="TargetTrackingScaling",
            TargetTrackingConfiguration={
                "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
                "TargetValue": 50.0,
            },
        )
        self.assertEqual(len(tracking["Alarms"]), 2)
        policies = self.scaling.describe_policies(AutoScalingGroupName="policies")["ScalingPolicies"]
        self.assertEqual(sorted(policy["PolicyName"] for policy in policies), ["add-two", "half-busy", "steps"])
        self.scaling.execute_policy(AutoScalingGroupName="policies", PolicyName="add-two", HonorCooldown=False)
        self.assertEqual(self.group("policies")["DesiredCapacity"], 3)
        self.scaling.execute_policy(
            AutoScalingGroupName="policies", PolicyName="steps", MetricValue=75.0, BreachThreshold=50.0
        )
        self.assertEqual(self.group("policies")["DesiredCapacity"], 6)
        for name in ("half-busy", "steps", "add-two"):
            self.scaling.delete_policy(AutoScalingGroupName="policies", PolicyName=name)
        self.assertEqual(self.scaling.describe_policies(AutoScalingGroupName="policies")["ScalingPolicies"], [])

    def test_an_alarm_executes_a_policy(self):
        """An alarm that goes off has its policy change the group."""
        watch = client("cloudwatch")
        self.make("alarmed", DesiredCapacity=1)
        arn = self.scaling.put_scaling_policy(
            AutoScalingGroupName="alarmed", PolicyName="grow", AdjustmentType="ChangeInCapacity", ScalingAdjustment=1
        )["PolicyARN"]
        watch.put_metric_alarm(
            AlarmName="queue-long",
            Namespace="Lab",
            MetricName="QueueLength",
            Statistic="Average",
            Period=60,
            EvaluationPeriods=1,
            Threshold=10,
            ComparisonOperator="GreaterThanThreshold",
            AlarmActions=[arn],
        )
        self.addCleanup(watch.delete_alarms, AlarmNames=["queue-long"])
        watch.set_alarm_state(AlarmName="queue-long", StateValue="ALARM", StateReason="a test")
        self.assertEqual(self.group("alarmed")["DesiredCapacity"], 2)
        self.assertEqual(len(self.serving("alarmed")), 2)

    def test_scheduled_actions(self):
        """Actions at a time and by a recurrence are kept, one by one and in a batch."""
        self.make("scheduled")
        self.scaling.put_scheduled_update_group_action(
            AutoScalingGroupName="scheduled", ScheduledActionName="night", Recurrence="0 22 * * *", DesiredCapacity=0
        )
        start = datetime.datetime(2030, 1, 1, 8, tzinfo=datetime.timezone.utc)
        failed = self.scaling.batch_put_scheduled_update_group_action(
            AutoScalingGroupName="scheduled",
            ScheduledUpdateGroupActions=[{"ScheduledActionName": "term", "StartTime": start, "MinSize": 1}],
        )["FailedScheduledUpdateGroupActions"]
        self.assertEqual(failed, [])
        actions = self.scaling.describe_scheduled_actions(AutoScalingGroupName="scheduled")["ScheduledUpdateGroupActions"]
        self.assertEqual({action["ScheduledActionName"] for action in actions}, {"night", "term"})
        self.assertEqual([one["StartTime"] for one in actions if one["ScheduledActionName"] == "term"], [start])
        self.scaling.delete_scheduled_action(AutoScalingGroupName="scheduled", ScheduledActionName="night")
        self.scaling.batch_delete_scheduled_action(AutoScalingGroupName="scheduled", ScheduledActionNames=["term"])
        rest = self.scaling.describe_scheduled_actions(AutoScalingGroupName="scheduled")
        self.assertEqual(rest["ScheduledUpdateGroupActions"], [])

    def refreshes(self, name):
        """What a client that looks again and again sees of a group's last refresh, until it is over."""
        seen = []
        for _ in range(60):
            refresh = self.scaling.describe_instance_refreshes(AutoScalingGroupName=name)["InstanceRefreshes"][0]
            seen.append(refresh)
            if refresh["Status"] not in ("Pending", "InProgress", "Cancelling", "RollbackInProgress"):
                return seen
        return self.fail(f"the refresh of {name} does not end: {seen[-1]}")

    def test_instance_refresh(self):
        """A refresh replaces every instance, step by step; a second one at a time is refused."""
        self.make("refreshed")
        before = self.serving("refreshed")
        refresh = self.scaling.start_instance_refresh(AutoScalingGroupName="refreshed")["InstanceRefreshId"]
        seen = self.refreshes("refreshed")
        self.assertEqual({one["InstanceRefreshId"] for one in seen}, {refresh})
        self.assertEqual(seen[-1]["Status"], "Successful")
        progress = [one.get("PercentageComplete", 0) for one in seen]
        self.assertEqual(progress, sorted(progress))
        self.assertIn(50, progress)
        self.assertEqual(set(before) & set(self.serving("refreshed")), set())
        self.assertEqual(
            error_code(self.scaling.cancel_instance_refresh, AutoScalingGroupName="refreshed"), "ActiveInstanceRefreshNotFound"
        )
        self.assertEqual(
            error_code(self.scaling.rollback_instance_refresh, AutoScalingGroupName="refreshed"),
            "ActiveInstanceRefreshNotFound",
        )

    def test_a_refresh_that_may_miss_nothing(self):
        """With everything to stay healthy the replacements come first, and the old go when those serve."""
        self.make("whole")
        before = self.serving("whole")
        self.scaling.start_instance_refresh(
            AutoScalingGroupName="whole",
            Preferences={"MinHealthyPercentage": 100, "MaxHealthyPercentage": 150, "InstanceWarmup": 0},
        )
        self.assertEqual(self.refreshes("whole")[-1]["Status"], "Successful")
        after = self.serving("whole")
        self.assertEqual((len(after), set(before) & set(after)), (len(before), set()))
        activities = self.scaling.describe_scaling_activities(AutoScalingGroupName="whole")["Activities"]
        kinds = [one["Description"].split()[0] for one in reversed(activities)][len(before):]
        self.assertEqual(kinds, ["Launching", "Terminating"] * len(before))

    def test_a_refresh_is_cancelled_and_rolled_back(self):
        """A refresh that is under way can be cancelled, or rolled back to the configuration that was before it."""
        self.make("cancelled")
        self.scaling.start_instance_refresh(AutoScalingGroupName="cancelled")
        self.assertEqual(
            error_code(self.scaling.start_instance_refresh, AutoScalingGroupName="cancelled"), "InstanceRefreshInProgress"
        )
        self.scaling.cancel_instance_refresh(AutoScalingGroupName="cancelled")
        self.assertEqual(self.refreshes("cancelled")[-1]["Status"], "Cancelled")
        self.make("rolled-back", LaunchTemplate={"LaunchTemplateId": self.template, "Version": "1"})
        self.ec2.create_launch_template_version(
            LaunchTemplateId=self.template, SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.small"}
        )
        self.scaling.start_instance_refresh(
            AutoScalingGroupName="rolled-back",
            DesiredConfiguration={"LaunchTemplate": {"LaunchTemplateId": self.template, "Version": "2"}},
        )
        self.scaling.rollback_instance_refresh(AutoScalingGroupName="rolled-back")
        self.assertEqual(self.refreshes("rolled-back")[-1]["Status"], "RollbackSuccessful")
        types = {one["InstanceType"] for one in self.serving("rolled-back").values()}
        self.assertEqual(types, {"t3.micro"})

    def test_mixed_instances(self):
        """Of a mixed group's instances so many are on demand, the others Spot, of the types that it lists."""
        self.scaling.create_auto_scaling_group(
            AutoScalingGroupName="mixed",
            MinSize=0,
            MaxSize=6,
            DesiredCapacity=4,
            VPCZoneIdentifier=self.subnets["us-east-1a"],
            MixedInstancesPolicy={
                "LaunchTemplate": {
                    "LaunchTemplateSpecification": {"LaunchTemplateId": self.template, "Version": "$Default"},
                    "Overrides": [{"InstanceType": "t3.small"}, {"InstanceType": "t3.medium"}],
                },
                "InstancesDistribution": {"OnDemandBaseCapacity": 2, "OnDemandPercentageAboveBaseCapacity": 0},
            },
        )
        self.addCleanup(self.remove, "mixed")
        instances = self.serving("mixed")
        reservations = self.ec2.describe_instances(InstanceIds=list(instances))["Reservations"]
        described = [one for reservation in reservations for one in reservation["Instances"]]
        self.assertEqual(len(described), 4)
        self.assertEqual(sum(one.get("InstanceLifecycle") == "spot" for one in described), 2)
        self.assertLessEqual({one["InstanceType"] for one in described}, {"t3.small", "t3.medium"})

    def test_launch_configurations(self):
        """A launch configuration is kept, launches, and is not deleted while a group uses it."""
        self.scaling.create_launch_configuration(
            LaunchConfigurationName="old-way", ImageId=self.image, InstanceType="t3.nano", UserData="#!/bin/sh\n"
        )
        (kept,) = self.scaling.describe_launch_configurations(LaunchConfigurationNames=["old-way"])["LaunchConfigurations"]
        self.assertEqual((kept["ImageId"], kept["InstanceType"]), (self.image, "t3.nano"))
        self.scaling.create_auto_scaling_group(
            AutoScalingGroupName="configured",
            LaunchConfigurationName="old-way",
            MinSize=1,
            MaxSize=1,
            AvailabilityZones=["us-east-1a"],
        )
        (instance,) = self.serving("configured").values()
        self.assertEqual(instance["LaunchConfigurationName"], "old-way")
        self.assertEqual(error_code(self.scaling.delete_launch_configuration, LaunchConfigurationName="old-way"), "ResourceInUse")
        self.assertEqual(error_code(self.scaling.delete_auto_scaling_group, AutoScalingGroupName="configured"), "ResourceInUse")
        self.scaling.delete_auto_scaling_group(AutoScalingGroupName="configured", ForceDelete=True)
        gone = self.scaling.describe_auto_scaling_groups(AutoScalingGroupNames=["configured"])
        self.assertEqual(gone["AutoScalingGroups"], [])
        self.scaling.delete_launch_configuration(LaunchConfigurationName="old-way")
        self.assertEqual(self.scaling.describe_launch_configurations(LaunchConfigurationNames=["old-way"])["LaunchConfigurations"], [])

    def test_warm_pool(self):
        """A warm pool is kept as it was put."""
        self.make("warm", DesiredCapacity=0, MaxSize=2)
        self.scaling.put_warm_pool(AutoScalingGroupName="warm", MinSize=1, PoolState="Stopped")
        pool = self.scaling.describe_warm_pool(AutoScalingGroupName="warm")
        self.assertEqual(pool["WarmPoolConfiguration"]["PoolState"], "Stopped")
        self.assertEqual(self.group("warm")["WarmPoolConfiguration"]["MinSize"], 1)
        self.scaling.delete_warm_pool(AutoScalingGroupName="warm", ForceDelete=True)
        self.assertNotIn("WarmPoolConfiguration", self.scaling.describe_warm_pool(AutoScalingGroupName="warm"))

    def test_tags(self):
        """Tags are put, filtered and deleted."""
        self.make("tagged", DesiredCapacity=0)
        tag = {"ResourceId": "tagged", "ResourceType": "auto-scaling-group", "Key": "team", "PropagateAtLaunch": False}
        self.scaling.create_or_update_tags(Tags=[tag | {"Value": "blue"}])
        found = self.scaling.describe_tags(Filters=[{"Name": "auto-scaling-group", "Values": ["tagged"]}])["Tags"]
        self.assertEqual([(one["Key"], one["Value"]) for one in found], [("team", "blue")])
        groups = self.scaling.describe_auto_scaling_groups(Filters=[{"Name": "tag:team", "Values": ["blue"]}])
        self.assertEqual([one["AutoScalingGroupName"] for one in groups["AutoScalingGroups"]], ["tagged"])
        self.scaling.delete_tags(Tags=[tag])
        self.assertEqual(self.group("tagged")["Tags"], [])

    def test_collections_and_notifications(self):
        """Metrics collection and notifications are kept."""
        self.make("noted", DesiredCapacity=0)
        self.scaling.enable_metrics_collection(
            AutoScalingGroupName="noted", Granularity="1Minute", Metrics=["GroupDesiredCapacity"]
        )
        self.assertEqual([one["Metric"] for one in self.group("noted")["EnabledMetrics"]], ["GroupDesiredCapacity"])
        self.scaling.disable_metrics_collection(AutoScalingGroupName="noted")
        self.assertEqual(self.group("noted").get("EnabledMetrics", []), [])
        topic = "arn:aws:sns:us-east-1:123456789012:scaling"
        self.scaling.put_notification_configuration(
            AutoScalingGroupName="noted", TopicARN=topic, NotificationTypes=["autoscaling:EC2_INSTANCE_LAUNCH"]
        )
        configurations = self.scaling.describe_notification_configurations(AutoScalingGroupNames=["noted"])
        self.assertEqual([one["TopicARN"] for one in configurations["NotificationConfigurations"]], [topic])
        self.scaling.delete_notification_configuration(AutoScalingGroupName="noted", TopicARN=topic)
        configurations = self.scaling.describe_notification_configurations(AutoScalingGroupNames=["noted"])
        self.assertEqual(configurations["NotificationConfigurations"], [])

    def balanced_web(self, name, **more):
        """A load balancer with a target group, and a group of web servers behind it."""
        elb = client("elbv2")
        vpc = self.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        web = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        self.ec2.authorize_security_group_ingress(
            GroupId=web, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="0.0.0.0/0"
        )
        target = elb.create_target_group(
            Name=name, Protocol="HTTP", Port=80, VpcId=vpc, HealthCheckIntervalSeconds=10, UnhealthyThresholdCount=2
        )["TargetGroups"][0]["TargetGroupArn"]
        balancer = elb.create_load_balancer(
            Name=name, Subnets=[self.subnets["us-east-1a"], self.subnets["us-east-1b"]], SecurityGroups=[web]
        )["LoadBalancers"][0]["LoadBalancerArn"]
        elb.create_listener(
            LoadBalancerArn=balancer, Protocol="HTTP", Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": target}],
        )
        data = "#!/bin/bash\ndnf install -y httpd\necho up > /var/www/html/index.html\nsystemctl enable --now httpd\n"
        template = self.ec2.create_launch_template(
            LaunchTemplateName=name,
            LaunchTemplateData={
                "ImageId": self.image, "InstanceType": "t3.micro", "SecurityGroupIds": [web],
                "UserData": base64.b64encode(data.encode()).decode(),
            },
        )["LaunchTemplate"]["LaunchTemplateId"]
        self.make(name, LaunchTemplate={"LaunchTemplateId": template}, **more)
        return elb, target, web

    def test_balancers(self):
        """Instances are registered with the group's target groups and leave them; what does not exist is refused."""
        elb, target, _ = self.balanced_web("balancers")
        self.scaling.attach_load_balancer_target_groups(AutoScalingGroupName="balancers", TargetGroupARNs=[target])
        self.assertEqual(self.group("balancers")["TargetGroupARNs"], [target])
        (attached,) = self.scaling.describe_load_balancer_target_groups(AutoScalingGroupName="balancers")[
            "LoadBalancerTargetGroups"
        ]
        self.assertEqual(attached["LoadBalancerTargetGroupARN"], target)
        self.assertIn(attached["State"], ("Added", "InService"))
        (source,) = self.scaling.describe_traffic_sources(AutoScalingGroupName="balancers")["TrafficSources"]
        self.assertEqual((source["Identifier"], source["Type"]), (target, "elbv2"))
        registered = elb.describe_target_health(TargetGroupArn=target)["TargetHealthDescriptions"]
        self.assertEqual({one["Target"]["Id"] for one in registered}, set(self.serving("balancers")))
        self.assertEqual({one["TargetHealth"]["State"] for one in registered}, {"healthy"})
        self.scaling.detach_load_balancer_target_groups(AutoScalingGroupName="balancers", TargetGroupARNs=[target])
        self.assertEqual(self.group("balancers")["TargetGroupARNs"], [])
        sources = [{"Identifier": target, "Type": "elbv2"}]
        self.scaling.attach_traffic_sources(AutoScalingGroupName="balancers", TrafficSources=sources)
        self.assertEqual(self.group("balancers")["TargetGroupARNs"], [target])
        self.scaling.detach_traffic_sources(AutoScalingGroupName="balancers", TrafficSources=sources)
        self.assertEqual(self.scaling.describe_traffic_sources(AutoScalingGroupName="balancers")["TrafficSources"], [])
        self.assertEqual(self.scaling.describe_load_balancers(AutoScalingGroupName="balancers")["LoadBalancers"], [])
        missing = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/none/0123456789abcdef"
        for call in (
            self.scaling.attach_load_balancer_target_groups,
            self.scaling.detach_load_balancer_target_groups,
        ):
            self.assertEqual(
                error_code(call, AutoScalingGroupName="balancers", TargetGroupARNs=[missing]), "ValidationError"
            )
        for call in (self.scaling.attach_traffic_sources, self.scaling.detach_traffic_sources):
            self.assertEqual(
                error_code(
                    call, AutoScalingGroupName="balancers", TrafficSources=[{"Identifier": missing, "Type": "elbv2"}]
                ),
                "ValidationError",
            )

    def test_elb_health_checks(self):
        """With ELB health checks, instances that the balancer finds unhealthy are replaced; without, they stay."""
        for name, kind, is_replaced in (("elb-checked", "ELB", True), ("ec2-checked", "EC2", False)):
            elb, target, web = self.balanced_web(name, HealthCheckType=kind, HealthCheckGracePeriod=300)
            self.scaling.attach_load_balancer_target_groups(AutoScalingGroupName=name, TargetGroupARNs=[target])
            before = set(self.serving(name))
            health = elb.describe_target_health(TargetGroupArn=target)["TargetHealthDescriptions"]
            self.assertEqual({one["TargetHealth"]["State"] for one in health}, {"healthy"})
            rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
            self.ec2.revoke_security_group_ingress(GroupId=web, IpPermissions=[rule])
            self.group(name)
            self.ec2.authorize_security_group_ingress(GroupId=web, IpPermissions=[rule])
            after = set(self.serving(name))
            self.assertEqual(before.isdisjoint(after), is_replaced, (name, before, after))
            causes = " ".join(activity["Cause"] for activity in self.activities(name))
            self.assertEqual("in response to an ELB system health check failure" in causes, is_replaced)

    def test_facts(self):
        """What Auto Scaling knows of itself."""
        limits = self.scaling.describe_account_limits()
        self.assertEqual(limits["MaxNumberOfAutoScalingGroups"], 500)
        self.assertIn("ChangeInCapacity", [one["AdjustmentType"] for one in self.scaling.describe_adjustment_types()["AdjustmentTypes"]])
        self.assertIn("Launch", [one["ProcessName"] for one in self.scaling.describe_scaling_process_types()["Processes"]])
        self.assertIn("OldestInstance", self.scaling.describe_termination_policy_types()["TerminationPolicyTypes"])
        self.assertIn(
            "autoscaling:EC2_INSTANCE_TERMINATING", self.scaling.describe_lifecycle_hook_types()["LifecycleHookTypes"]
        )
        self.assertIn(
            "autoscaling:EC2_INSTANCE_LAUNCH_ERROR",
            self.scaling.describe_auto_scaling_notification_types()["AutoScalingNotificationTypes"],
        )
        metrics = self.scaling.describe_metric_collection_types()
        self.assertEqual([one["Granularity"] for one in metrics["Granularities"]], ["1Minute"])

    def test_refusals(self):
        """What AWS refuses, in AWS's words."""
        subnet = self.subnets["us-east-1a"]
        template = {"LaunchTemplateId": self.template}
        base = {"AutoScalingGroupName": "refused", "MinSize": 0, "MaxSize": 1}
        create = self.scaling.create_auto_scaling_group
        self.assertEqual(error_code(create, **base, VPCZoneIdentifier=subnet), "ValidationError")
        self.assertEqual(error_code(create, **base, LaunchTemplate=template), "ValidationError")
        self.assertEqual(
            error_code(create, **base, LaunchTemplate=template, VPCZoneIdentifier="subnet-00000000000000000"),
            "ValidationError",
        )
        self.assertEqual(
            error_code(create, **(base | {"MinSize": 2}), LaunchTemplate=template, VPCZoneIdentifier=subnet),
            "ValidationError",
        )
        self.make("twice", DesiredCapacity=0)
        self.assertEqual(
            error_code(create, **(base | {"AutoScalingGroupName": "twice"}), LaunchTemplate=template, VPCZoneIdentifier=subnet),
            "AlreadyExists",
        )
        failure = error(self.scaling.update_auto_scaling_group, AutoScalingGroupName="none", MinSize=0)
        self.assertEqual(failure["Code"], "ValidationError")
        self.assertEqual(failure["Message"], "AutoScalingGroup name not found - AutoScalingGroup 'none' not found")


if __name__ == "__main__":
    unittest.main()
