import unittest

from support import TestCase, client, error, error_code, image_id

WEB_SERVER = """#!/bin/bash
dnf install -y httpd
echo hello > /var/www/html/index.html
systemctl enable --now httpd
"""


class LoadBalancers(TestCase):
    """Elastic Load Balancing: who is healthy follows from the state of the network and the instances."""

    @classmethod
    def setUpClass(cls):
        cls.ec2 = client("ec2")
        cls.elb = client("elbv2")
        cls.image = image_id(cls.ec2)
        cls.vpc = cls.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        subnets = cls.ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
        cls.subnets = {subnet["AvailabilityZone"]: subnet["SubnetId"] for subnet in subnets}
        cls.web = cls.security_group("web", 80)

    @classmethod
    def security_group(cls, name, *ports):
        group = cls.ec2.create_security_group(GroupName=name, Description=name, VpcId=cls.vpc)["GroupId"]
        for port in ports:
            cls.ec2.authorize_security_group_ingress(
                GroupId=group, IpProtocol="tcp", FromPort=port, ToPort=port, CidrIp="0.0.0.0/0"
            )
        return group

    def pair(self, security_group=None, user_data=WEB_SERVER):
        """Two running instances in two zones."""
        ids = []
        for zone in ("us-east-1a", "us-east-1b"):
            (instance,) = self.ec2.run_instances(
                ImageId=self.image, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=self.subnets[zone],
                SecurityGroupIds=[security_group or self.web], UserData=user_data,
            )["Instances"]
            ids.append(instance["InstanceId"])
        self.ec2.get_waiter("instance_running").wait(InstanceIds=ids)
        return ids

    def balancer(self, name, **more):
        parameters = {"Subnets": [self.subnets["us-east-1a"], self.subnets["us-east-1b"]], "SecurityGroups": [self.web]}
        (made,) = self.elb.create_load_balancer(Name=name, **(parameters | more))["LoadBalancers"]
        self.addCleanup(self.elb.delete_load_balancer, LoadBalancerArn=made["LoadBalancerArn"])
        return made

    def target_group(self, name, **more):
        parameters = {"Protocol": "HTTP", "Port": 80, "VpcId": self.vpc}
        (made,) = self.elb.create_target_group(Name=name, **(parameters | more))["TargetGroups"]
        return made["TargetGroupArn"]

    def forward(self, balancer, group, port=80):
        (listener,) = self.elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=port,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
        )["Listeners"]
        return listener["ListenerArn"]

    def health(self, group):
        described = self.elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return [(one["TargetHealth"]["State"], one["TargetHealth"].get("Reason")) for one in described]

    def test_a_pair_becomes_healthy(self):
        """Two web servers behind a balancer become healthy; stopped, one is unused, deregistered it drains and goes."""
        balancer = self.balancer("pair")
        self.assertEqual(balancer["State"]["Code"], "provisioning")
        self.assertRegex(balancer["DNSName"], r"^pair-\d+\.us-east-1\.elb\.amazonaws\.com$")
        self.assertEqual(balancer["Scheme"], "internet-facing")
        self.elb.get_waiter("load_balancer_available").wait(LoadBalancerArns=[balancer["LoadBalancerArn"]])
        group = self.target_group("pair")
        ids = self.pair()
        self.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": one} for one in ids])
        self.assertEqual(self.health(group), [("unused", "Target.NotInUse")] * 2)
        self.forward(balancer, group)
        self.elb.get_waiter("target_in_service").wait(TargetGroupArn=group)
        self.assertEqual(self.health(group), [("healthy", None)] * 2)
        self.ec2.stop_instances(InstanceIds=[ids[0]])
        self.ec2.get_waiter("instance_stopped").wait(InstanceIds=[ids[0]])
        self.assertEqual(sorted(self.health(group)), [("healthy", None), ("unused", "Target.InvalidState")])
        self.elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": ids[1]}])
        self.elb.get_waiter("target_deregistered").wait(TargetGroupArn=group, Targets=[{"Id": ids[1]}])
        interfaces = self.ec2.describe_network_interfaces(
            Filters=[{"Name": "description", "Values": ["ELB app/pair/*"]}]
        )["NetworkInterfaces"]
        self.assertEqual(sorted(one["AvailabilityZone"] for one in interfaces), ["us-east-1a", "us-east-1b"])

    def test_a_closed_port_times_out(self):
        """A target whose security group lets nothing in fails its health checks with a timeout."""
        balancer, group = self.balancer("closed"), self.target_group("closed")
        closed = self.security_group("closed")
        self.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": one} for one in self.pair(closed)])
        self.forward(balancer, group)
        self.assertEqual(self.health(group), [("unhealthy", "Target.Timeout")] * 2)
        self.ec2.authorize_security_group_ingress(
            GroupId=closed, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="172.31.0.0/16"
        )
        self.assertEqual(self.health(group), [("healthy", None)] * 2)

    def test_nothing_listens(self):
        """A target on which nothing is installed refuses; a path that nothing serves answers 404."""
        balancer, group = self.balancer("silent"), self.target_group("silent")
        self.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": one} for one in self.pair(user_data="")])
        self.forward(balancer, group)
        self.assertEqual({state for state, _ in self.health(group)}, {"unhealthy"})
        odd = self.target_group("odd-path", HealthCheckPath="/no-such-page")
        self.elb.register_targets(TargetGroupArn=odd, Targets=[{"Id": one} for one in self.pair()])
        self.forward(balancer, odd, port=8080)
        self.assertEqual(self.health(odd), [("unhealthy", "Target.ResponseCodeMismatch")] * 2)

    def test_rules(self):
        """Rules route by host, path, header, method, query and source; priorities are unique and can be set."""
        balancer, group, other = self.balancer("rules"), self.target_group("rules-a"), self.target_group("rules-b")
        listener = self.forward(balancer, group)
        conditions = [
            {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/api/*"]}},
            {"Field": "host-header", "HostHeaderConfig": {"Values": ["*.example.com"]}},
            {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}},
            {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Version", "Values": ["2*"]}},
        ]
        weighted = {
            "Type": "forward",
            "ForwardConfig": {
                "TargetGroups": [{"TargetGroupArn": group, "Weight": 1}, {"TargetGroupArn": other, "Weight": 3}]
            },
        }
        (rule,) = self.elb.create_rule(
            ListenerArn=listener, Priority=10, Conditions=conditions, Actions=[weighted]
        )["Rules"]
        self.assertEqual(rule["Priority"], "10")
        fixed = {
            "Type": "fixed-response",
            "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain", "MessageBody": "nothing here"},
        }
        source = [{"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}}]
        in_use = error_code(self.elb.create_rule, ListenerArn=listener, Priority=10, Conditions=source, Actions=[fixed])
        self.assertEqual(in_use, "PriorityInUse")
        (second,) = self.elb.create_rule(ListenerArn=listener, Priority=20, Conditions=source, Actions=[fixed])["Rules"]
        redirect = {
            "Type": "redirect",
            "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"},
        }
        query = [{"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "old", "Value": "1"}]}}]
        (changed,) = self.elb.modify_rule(RuleArn=second["RuleArn"], Conditions=query, Actions=[redirect])["Rules"]
        self.assertEqual(changed["Actions"][0]["Type"], "redirect")
        self.elb.set_rule_priorities(
            RulePriorities=[
                {"RuleArn": rule["RuleArn"], "Priority": 20},
                {"RuleArn": second["RuleArn"], "Priority": 10},
            ]
        )
        rules = self.elb.describe_rules(ListenerArn=listener)["Rules"]
        self.assertEqual([one["Priority"] for one in rules], ["10", "20", "default"])
        self.assertEqual(rules[0]["RuleArn"], second["RuleArn"])
        self.elb.delete_rule(RuleArn=second["RuleArn"])
        self.assertEqual(len(self.elb.describe_rules(ListenerArn=listener)["Rules"]), 2)
        default = rules[-1]["RuleArn"]
        self.assertEqual(error_code(self.elb.delete_rule, RuleArn=default), "OperationNotPermitted")

    def test_listeners(self):
        """A port is taken once; a secure listener has a certificate and a policy, and may have more certificates."""
        balancer, group = self.balancer("listeners"), self.target_group("listeners")
        self.forward(balancer, group)
        arn = balancer["LoadBalancerArn"]
        forward = [{"Type": "forward", "TargetGroupArn": group}]
        other = [{"Type": "forward", "TargetGroupArn": self.target_group("listeners-b")}]
        taken = error_code(
            self.elb.create_listener, LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=other
        )
        self.assertEqual(taken, "DuplicateListener")
        certificates = [
            f"arn:aws:acm:us-east-1:123456789012:certificate/{number:08d}-1111-2222-3333-444444444444" for number in (1, 2)
        ]
        (listener,) = self.elb.create_listener(
            LoadBalancerArn=arn, Protocol="HTTPS", Port=443, DefaultActions=forward,
            Certificates=[{"CertificateArn": certificates[0]}],
        )["Listeners"]
        self.assertEqual(listener["SslPolicy"], "ELBSecurityPolicy-2016-08")
        https = listener["ListenerArn"]
        self.elb.add_listener_certificates(ListenerArn=https, Certificates=[{"CertificateArn": certificates[1]}])
        found = self.elb.describe_listener_certificates(ListenerArn=https)["Certificates"]
        self.assertEqual({one["CertificateArn"] for one in found}, set(certificates))
        self.elb.remove_listener_certificates(ListenerArn=https, Certificates=[{"CertificateArn": certificates[1]}])
        self.assertEqual(len(self.elb.describe_listener_certificates(ListenerArn=https)["Certificates"]), 1)
        (changed,) = self.elb.modify_listener(ListenerArn=https, SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06")["Listeners"]
        self.assertEqual(changed["SslPolicy"], "ELBSecurityPolicy-TLS13-1-2-2021-06")
        self.elb.modify_listener_attributes(
            ListenerArn=https, Attributes=[{"Key": "routing.http.response.server.enabled", "Value": "false"}]
        )
        attributes = {
            one["Key"]: one["Value"]
            for one in self.elb.describe_listener_attributes(ListenerArn=https)["Attributes"]
        }
        self.assertEqual(attributes["routing.http.response.server.enabled"], "false")
        self.assertEqual(len(self.elb.describe_listeners(LoadBalancerArn=arn)["Listeners"]), 2)
        self.elb.delete_listener(ListenerArn=https)
        self.assertEqual(error_code(self.elb.describe_listeners, ListenerArns=[https]), "ListenerNotFound")

    def test_settings(self):
        """Attributes, security groups, subnets and the kind of addresses are changed; deletion protection holds."""
        balancer = self.balancer("settings")
        arn = balancer["LoadBalancerArn"]
        self.elb.modify_load_balancer_attributes(
            LoadBalancerArn=arn, Attributes=[{"Key": "deletion_protection.enabled", "Value": "true"}]
        )
        self.assertEqual(error_code(self.elb.delete_load_balancer, LoadBalancerArn=arn), "OperationNotPermitted")
        self.elb.modify_load_balancer_attributes(
            LoadBalancerArn=arn, Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}]
        )
        attributes = self.elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
        self.assertIn({"Key": "idle_timeout.timeout_seconds", "Value": "60"}, attributes)
        other = self.security_group("settings", 443)
        groups = self.elb.set_security_groups(LoadBalancerArn=arn, SecurityGroups=[other])["SecurityGroupIds"]
        self.assertEqual(groups, [other])
        three = [self.subnets[f"us-east-1{zone}"] for zone in "abc"]
        zones = self.elb.set_subnets(LoadBalancerArn=arn, Subnets=three)["AvailabilityZones"]
        self.assertEqual(sorted(one["SubnetId"] for one in zones), sorted(three))
        answer = self.elb.set_ip_address_type(LoadBalancerArn=arn, IpAddressType="ipv4")
        self.assertEqual(answer["IpAddressType"], "ipv4")
        self.elb.modify_capacity_reservation(
            LoadBalancerArn=arn, MinimumLoadBalancerCapacity={"CapacityUnits": 100}
        )
        capacity = self.elb.describe_capacity_reservation(LoadBalancerArn=arn)
        self.assertEqual(capacity["MinimumLoadBalancerCapacity"]["CapacityUnits"], 100)
        self.elb.add_tags(ResourceArns=[arn], Tags=[{"Key": "team", "Value": "blue"}, {"Key": "cost", "Value": "1"}])
        self.elb.remove_tags(ResourceArns=[arn], TagKeys=["cost"])
        (described,) = self.elb.describe_tags(ResourceArns=[arn])["TagDescriptions"]
        self.assertEqual(described["Tags"], [{"Key": "team", "Value": "blue"}])

    def test_target_groups(self):
        """A target group's checks and attributes are kept and changed; while a listener uses it, it stays."""
        group = self.target_group("kept", HealthCheckPath="/health", HealthCheckIntervalSeconds=10)
        (described,) = self.elb.describe_target_groups(TargetGroupArns=[group])["TargetGroups"]
        self.assertEqual((described["HealthCheckPath"], described["HealthCheckIntervalSeconds"]), ("/health", 10))
        self.assertEqual(described["Matcher"], {"HttpCode": "200"})
        (changed,) = self.elb.modify_target_group(
            TargetGroupArn=group, HealthyThresholdCount=2, Matcher={"HttpCode": "200-299"}
        )["TargetGroups"]
        self.assertEqual((changed["HealthyThresholdCount"], changed["Matcher"]), (2, {"HttpCode": "200-299"}))
        self.elb.modify_target_group_attributes(
            TargetGroupArn=group, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}]
        )
        attributes = self.elb.describe_target_group_attributes(TargetGroupArn=group)["Attributes"]
        self.assertIn({"Key": "deregistration_delay.timeout_seconds", "Value": "30"}, attributes)
        self.assertEqual(
            error_code(self.elb.create_target_group, Name="kept", Protocol="HTTP", Port=81, VpcId=self.vpc),
            "DuplicateTargetGroupName",
        )
        balancer = self.balancer("keeps")
        listener = self.forward(balancer, group)
        self.assertEqual(error_code(self.elb.delete_target_group, TargetGroupArn=group), "ResourceInUse")
        self.elb.delete_listener(ListenerArn=listener)
        self.elb.delete_target_group(TargetGroupArn=group)
        self.assertEqual(error_code(self.elb.describe_target_groups, Names=["kept"]), "TargetGroupNotFound")

    def test_network_balancer(self):
        """A Network Load Balancer has a static address a zone and checks TCP."""
        allocation = self.ec2.allocate_address(Domain="vpc")
        balancer = self.balancer(
            "network", Type="network", SecurityGroups=[], Subnets=[],
            SubnetMappings=[{"SubnetId": self.subnets["us-east-1a"], "AllocationId": allocation["AllocationId"]}],
        )
        addresses = balancer["AvailabilityZones"][0]["LoadBalancerAddresses"]
        self.assertEqual(addresses[0]["AllocationId"], allocation["AllocationId"])
        group = self.target_group("tcp", Protocol="TCP")
        self.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": one} for one in self.pair()])
        self.elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="TCP", Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        self.assertIn(("healthy", None), self.health(group))
        gateway = self.balancer("appliances", Type="gateway", SecurityGroups=[])["LoadBalancerArn"]
        behind = self.target_group("appliances", Protocol="GENEVE", Port=6081)
        made = self.elb.create_listener(
            LoadBalancerArn=gateway, DefaultActions=[{"Type": "forward", "TargetGroupArn": behind, "Order": 1}])
        self.assertNotIn("Order", made["Listeners"][0]["DefaultActions"][0])
        http = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}]
        wrong = error_code(
            self.elb.create_listener, LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=81,
            DefaultActions=http,
        )
        self.assertIn(wrong, ("UnsupportedProtocol", "ValidationError", "InvalidConfigurationRequest"))

    def test_auto_scaling(self):
        """A group registers what it launches, and replaces what its balancer finds unhealthy."""
        scaling = client("autoscaling")
        balancer, group = self.balancer("scaled"), self.target_group("scaled")
        self.forward(balancer, group)
        template = self.ec2.create_launch_template(
            LaunchTemplateName="scaled",
            LaunchTemplateData={
                "ImageId": self.image, "InstanceType": "t3.micro", "SecurityGroupIds": [self.web],
                "UserData": __import__("base64").b64encode(WEB_SERVER.encode()).decode(),
            },
        )["LaunchTemplate"]["LaunchTemplateId"]
        scaling.create_auto_scaling_group(
            AutoScalingGroupName="scaled", MinSize=2, MaxSize=2, LaunchTemplate={"LaunchTemplateId": template},
            VPCZoneIdentifier=f"{self.subnets['us-east-1a']},{self.subnets['us-east-1b']}",
            TargetGroupARNs=[group], HealthCheckType="ELB", HealthCheckGracePeriod=300,
        )
        self.addCleanup(scaling.delete_auto_scaling_group, AutoScalingGroupName="scaled", ForceDelete=True)
        self.assertEqual(self.health(group), [("healthy", None)] * 2)
        states = scaling.describe_load_balancer_target_groups(AutoScalingGroupName="scaled")["LoadBalancerTargetGroups"]
        self.assertEqual([one["LoadBalancerTargetGroupARN"] for one in states], [group])
        victim = self.elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"][0]["Target"]["Id"]
        closed = self.security_group("scaled-closed")
        self.ec2.modify_instance_attribute(InstanceId=victim, Groups=[closed])
        (described,) = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=["scaled"])["AutoScalingGroups"]
        serving = [one["InstanceId"] for one in described["Instances"] if one["LifecycleState"] == "InService"]
        self.assertNotIn(victim, serving)
        self.assertEqual(len(serving), 2)
        self.assertEqual([state for state, _ in self.health(group) if state == "healthy"], ["healthy"] * 2)
        scaling.detach_load_balancer_target_groups(AutoScalingGroupName="scaled", TargetGroupARNs=[group])
        scaling.attach_traffic_sources(AutoScalingGroupName="scaled", TrafficSources=[{"Identifier": group, "Type": "elbv2"}])
        sources = scaling.describe_traffic_sources(AutoScalingGroupName="scaled")["TrafficSources"]
        self.assertEqual([one["Identifier"] for one in sources], [group])
        scaling.detach_traffic_sources(AutoScalingGroupName="scaled", TrafficSources=[{"Identifier": group, "Type": "elbv2"}])
        scaling.attach_load_balancer_target_groups(AutoScalingGroupName="scaled", TargetGroupARNs=[group])
        self.assertEqual([state for state, _ in self.health(group) if state == "healthy"], ["healthy"] * 2)

    def test_refusals(self):
        """What AWS refuses."""
        one = [self.subnets["us-east-1a"]]
        failure = error(self.elb.create_load_balancer, Name="one-subnet", Subnets=one)
        self.assertEqual(failure["Code"], "ValidationError")
        self.assertEqual(failure["Message"], "At least two subnets in two different Availability Zones must be specified")
        self.assertEqual(
            error_code(self.elb.create_load_balancer, Name="none", Subnets=["subnet-00000000000000000", one[0]]),
            "SubnetNotFound",
        )
        group = self.target_group("refused")
        self.assertEqual(
            error_code(self.elb.register_targets, TargetGroupArn=group, Targets=[{"Id": "i-00000000000000000"}]),
            "InvalidTarget",
        )
        vpc = self.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        foreign = self.target_group("foreign", VpcId=vpc)
        self.assertEqual(
            error_code(self.elb.register_targets, TargetGroupArn=foreign, Targets=[{"Id": self.pair()[0]}]),
            "InvalidTarget",
        )
        missing = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/none/0123456789abcdef"
        self.assertEqual(error_code(self.elb.describe_load_balancers, LoadBalancerArns=[missing]), "LoadBalancerNotFound")
        self.assertEqual(error_code(self.elb.describe_load_balancers, Names=["none"]), "LoadBalancerNotFound")

    def test_facts(self):
        """Limits and security policies."""
        limits = {one["Name"]: one["Max"] for one in self.elb.describe_account_limits()["Limits"]}
        self.assertEqual(limits["application-load-balancers"], "50")
        policies = self.elb.describe_ssl_policies(Names=["ELBSecurityPolicy-TLS13-1-2-2021-06"])["SslPolicies"]
        self.assertIn("TLSv1.3", policies[0]["SslProtocols"])


if __name__ == "__main__":
    unittest.main()
