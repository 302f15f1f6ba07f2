import unittest

from support import TestCase, client, error, error_code

REGISTERED = {"AWS_INSTANCE_IPV4", "AWS_INIT_HEALTH_STATUS", "AVAILABILITY_ZONE", "REGION", "ECS_CLUSTER_NAME",
              "ECS_SERVICE_NAME", "ECS_TASK_DEFINITION_FAMILY"}  # fmt: skip
WORDS = "service namespace: ecs, resource ID: service/scaled/web, scalable dimension: ecs:service:DesiredCount"


class ServiceScaling(TestCase):
    """Application Auto Scaling and AWS Cloud Map, with an ECS service that is scaled and found."""

    @classmethod
    def setUpClass(cls):
        cls.ecs = client("ecs")
        cls.api = client("application-autoscaling")
        cls.watch = client("cloudwatch")
        cls.map = client("servicediscovery")
        cls.target = {
            "ServiceNamespace": "ecs", "ResourceId": "service/scaled/web",
            "ScalableDimension": "ecs:service:DesiredCount",
        }  # fmt: skip
        cls.subnet = client("ec2").describe_subnets()["Subnets"][0]
        cls.ecs.create_cluster(clusterName="scaled", serviceConnectDefaults={"namespace": "mesh"})
        container = {"name": "web", "image": "nginx:1.27", "portMappings": [{"containerPort": 80, "name": "http"}]}
        cls.ecs.register_task_definition(
            family="scaled", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
            containerDefinitions=[container],
        )  # fmt: skip

    def operation(self, answer):
        return self.map.get_operation(OperationId=answer["OperationId"])["Operation"]

    def network(self, public="ENABLED"):
        return {"awsvpcConfiguration": {"subnets": [self.subnet["SubnetId"]], "assignPublicIp": public}}

    def service(self, name="web", count=1, **more):
        self.ecs.create_service(
            cluster="scaled", serviceName=name, taskDefinition="scaled", desiredCount=count, launchType="FARGATE",
            networkConfiguration=self.network(), **more,
        )  # fmt: skip
        self.ecs.get_waiter("services_stable").wait(cluster="scaled", services=[name])

    def counts(self):
        service = self.ecs.describe_services(cluster="scaled", services=["web"])["services"][0]
        return service["desiredCount"], service["runningCount"]

    def delete(self, name="web"):
        self.ecs.delete_service(cluster="scaled", service=name, force=True)
        self.ecs.get_waiter("services_inactive").wait(cluster="scaled", services=[name])

    def test_scaling(self):
        """Bounds, steps, tracked metrics and scheduled actions change a service's desired count."""
        self.assertEqual(
            error(self.api.register_scalable_target, **self.target, MinCapacity=1, MaxCapacity=2),
            {"Code": "ValidationException", "Message": "ECS service doesn't exist: service/scaled/web"},
        )
        self.service()
        refused = error(self.api.register_scalable_target, **self.target, MinCapacity=3, MaxCapacity=2)
        self.assertEqual(refused["Code"], "ValidationException")
        tracking = {"TargetValue": 75.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}}
        policy = {
            "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": tracking, **self.target,
        }  # fmt: skip
        self.assertEqual(
            error(self.api.put_scaling_policy, **policy),
            {"Code": "ObjectNotFoundException", "Message": f"No scalable target registered for {WORDS}"},
        )
        arn = self.api.register_scalable_target(**self.target, MinCapacity=2, MaxCapacity=6, Tags={"a": "b"})["ScalableTargetARN"]
        self.assertEqual(self.counts(), (2, 2))
        found = self.api.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=["service/scaled/web"])
        self.assertEqual(found["ScalableTargets"][0]["ScalableTargetARN"], arn)
        self.assertTrue(found["ScalableTargets"][0]["RoleARN"].endswith("AWSServiceRoleForApplicationAutoScaling_ECSService"))
        self.api.put_scaling_policy(**policy)
        again = error(self.api.put_scaling_policy, **{**policy, "PolicyName": "second"})
        self.assertEqual(
            again["Message"], "Only one TargetTrackingScaling policy for a given metric specification is allowed.")
        self.api.tag_resource(ResourceARN=arn, Tags={"c": "d"})
        self.api.untag_resource(ResourceARN=arn, TagKeys=["a"])
        self.assertEqual(self.api.list_tags_for_resource(ResourceARN=arn)["Tags"], {"c": "d"})

        made = self.api.put_scaling_policy(**policy)
        self.assertRegex(made["PolicyARN"], r":scalingPolicy:[0-9a-f-]{36}:resource/ecs/service/scaled/web:policyName/cpu$")
        names = [one["AlarmName"] for one in made["Alarms"]]
        self.assertRegex(names[0], r"^TargetTracking-service/scaled/web-AlarmHigh-[0-9a-f-]{36}$")
        self.assertRegex(names[1], r"^TargetTracking-service/scaled/web-AlarmLow-[0-9a-f-]{36}$")
        self.assertEqual([one["AlarmName"] for one in self.api.put_scaling_policy(**policy)["Alarms"]], names)
        steps = {
            "AdjustmentType": "ChangeInCapacity", "Cooldown": 60,
            "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 3}],
        }  # fmt: skip
        out = self.api.put_scaling_policy(PolicyName="out", StepScalingPolicyConfiguration=steps, **self.target)
        self.watch.put_metric_alarm(
            AlarmName="busy", Namespace="Shop", MetricName="Orders", Statistic="Sum", Period=60, EvaluationPeriods=1,
            Threshold=10, ComparisonOperator="GreaterThanThreshold", AlarmActions=[out["PolicyARN"]],
        )  # fmt: skip
        self.watch.set_alarm_state(AlarmName="busy", StateValue="ALARM", StateReason="drill")
        self.assertEqual(self.counts()[0], 5)
        policies = self.api.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
        self.assertEqual([one["PolicyName"] for one in policies], ["cpu", "out"])
        self.assertEqual(policies[1]["StepScalingPolicyConfiguration"], steps)
        self.assertEqual(policies[1]["Alarms"][0]["AlarmName"], "busy")
        self.api.delete_scaling_policy(PolicyName="out", **self.target)
        self.assertEqual(
            error(self.api.delete_scaling_policy, PolicyName="out", **self.target)["Message"],
            f"No scaling policy found for {WORDS}, policy name: out",
        )

        night = {"ScheduledActionName": "night", **self.target}
        self.api.put_scheduled_action(
            **night, Schedule="cron(0 22 * * ? *)", Timezone="Europe/Berlin",
            ScalableTargetAction={"MinCapacity": 0, "MaxCapacity": 1},
        )  # fmt: skip
        action = self.api.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"][0]
        self.assertEqual((action["Schedule"], action["Timezone"]), ("cron(0 22 * * ? *)", "Europe/Berlin"))
        self.api.delete_scheduled_action(**night)
        self.assertEqual(error_code(self.api.delete_scheduled_action, **night), "ObjectNotFoundException")
        done = self.api.describe_scaling_activities(ServiceNamespace="ecs")["ScalingActivities"]
        self.assertEqual(
            [one["Cause"] for one in done],
            ["monitor alarm busy in state ALARM triggered policy out", "minimum capacity was set to 2"],
        )
        self.assertEqual(
            done[0]["StatusMessage"], "Successfully set desired count to 5. Change successfully fulfilled by ecs."
        )
        self.api.deregister_scalable_target(**self.target)
        self.assertEqual([one["AlarmName"] for one in self.watch.describe_alarms()["MetricAlarms"]], ["busy"])
        self.assertEqual(error_code(self.api.deregister_scalable_target, **self.target), "ObjectNotFoundException")
        # A look at the service would stop before the alarm's next evaluation.
        self.watch.delete_alarms(AlarmNames=["busy"])
        self.delete()

    def test_namespaces(self):
        """Namespaces, services and instances are made, changed, listed, found and deleted."""
        private = self.operation(self.map.create_private_dns_namespace(Name="shop.local", Vpc=self.subnet["VpcId"]))
        self.assertEqual((private["Type"], private["Status"]), ("CREATE_NAMESPACE", "SUCCESS"))
        id = private["Targets"]["NAMESPACE"]
        again = self.operation(self.map.create_private_dns_namespace(Name="shop.local", Vpc=self.subnet["VpcId"]))
        self.assertEqual((again["Status"], again["ErrorCode"]), ("FAIL", "CANNOT_CREATE_HOSTED_ZONE"))
        http = self.operation(self.map.create_http_namespace(Name="http"))["Targets"]["NAMESPACE"]
        public = self.operation(self.map.create_public_dns_namespace(Name="example.org"))["Targets"]["NAMESPACE"]
        self.assertEqual(error_code(self.map.create_http_namespace, Name="http"), "NamespaceAlreadyExists")
        soa = {"DnsProperties": {"SOA": {"TTL": 60}}}
        self.operation(self.map.update_private_dns_namespace(Id=id, Namespace={"Description": "d", "Properties": soa}))
        self.operation(self.map.update_public_dns_namespace(Id=public, Namespace={"Properties": soa}))
        self.operation(self.map.update_http_namespace(Id=http, Namespace={"Description": "h"}))
        got = self.map.get_namespace(Id=id)["Namespace"]
        self.assertEqual((got["Type"], got["Description"]), ("DNS_PRIVATE", "d"))
        self.assertEqual(got["Properties"]["DnsProperties"]["SOA"]["TTL"], 60)
        found = self.map.list_namespaces(Filters=[{"Name": "TYPE", "Values": ["HTTP"]}, {"Name": "NAME", "Values": ["http"]}])
        self.assertEqual([one["Id"] for one in found["Namespaces"]], [http])
        done = self.map.list_operations(Filters=[{"Name": "NAMESPACE_ID", "Values": [http]}])["Operations"]
        self.assertEqual(len(done), 2)

        made = self.map.create_service(Name="api", NamespaceId=http, HealthCheckCustomConfig={"FailureThreshold": 1})["Service"]
        self.assertEqual(made["Type"], "HTTP")
        self.assertEqual(error_code(self.map.create_service, Name="api", NamespaceId=http), "ServiceAlreadyExists")
        self.assertEqual(
            error(self.map.delete_namespace, Id=http)["Message"],
            "Namespace has associated services; delete the services before deleting the namespace",
        )
        self.operation(self.map.update_service(Id=made["Id"], Service={"Description": "s"}))
        self.assertEqual(self.map.get_service(Id=made["Id"])["Service"]["Description"], "s")
        self.map.tag_resource(ResourceARN=made["Arn"], Tags=[{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}])
        self.map.untag_resource(ResourceARN=made["Arn"], TagKeys=["a"])
        self.assertEqual(self.map.list_tags_for_resource(ResourceARN=made["Arn"])["Tags"], [{"Key": "c", "Value": "d"}])
        self.map.update_service_attributes(ServiceId=made["Id"], Attributes={"x": "1", "y": "2"})
        self.map.delete_service_attributes(ServiceId=made["Id"], Attributes=["y"])
        attributes = self.map.get_service_attributes(ServiceId=made["Id"])["ServiceAttributes"]["Attributes"]
        self.assertEqual(attributes, {"x": "1"})

        for name, stage in [("one", "blue"), ("two", "green")]:
            self.operation(self.map.register_instance(ServiceId=made["Id"], InstanceId=name, Attributes={"stage": stage}))
        one = {"ServiceId": made["Id"], "InstanceId": "one"}
        self.assertEqual(self.map.get_instance(**one)["Instance"]["Attributes"], {"stage": "blue"})
        self.assertEqual([i["Id"] for i in self.map.list_instances(ServiceId=made["Id"])["Instances"]], ["one", "two"])
        self.map.update_instance_custom_health_status(**one, Status="UNHEALTHY")
        health = self.map.get_instances_health_status(ServiceId=made["Id"])["Status"]
        self.assertEqual(health, {"one": "UNHEALTHY", "two": "HEALTHY"})
        names = {"NamespaceName": "http", "ServiceName": "api"}

        def discover(**more):
            return [one["InstanceId"] for one in self.map.discover_instances(**names, **more)["Instances"]]

        self.assertEqual(discover(), ["two"])
        self.assertEqual(discover(HealthStatus="ALL"), ["one", "two"])
        self.assertEqual(discover(QueryParameters={"stage": "blue"}), ["one"])
        self.assertEqual(self.map.discover_instances_revision(**names)["InstancesRevision"], 4)
        self.assertEqual(
            error(self.map.delete_service, Id=made["Id"])["Message"],
            "Service contains registered instances; delete the instances before deleting the service",
        )
        for name in ["one", "two"]:
            self.operation(self.map.deregister_instance(ServiceId=made["Id"], InstanceId=name))
        self.map.delete_service(Id=made["Id"])
        for namespace in [http, public, id]:
            self.operation(self.map.delete_namespace(Id=namespace))
        self.assertEqual(error_code(self.map.get_namespace, Id=id), "NamespaceNotFound")

    def test_a_service_is_found(self):
        """The tasks of a service are instances of its registry, and of its names of Service Connect."""
        operation = self.operation(self.map.create_private_dns_namespace(Name="found.local", Vpc=self.subnet["VpcId"]))
        namespace = operation["Targets"]["NAMESPACE"]
        registry = self.map.create_service(
            Name="web", DnsConfig={"NamespaceId": namespace, "DnsRecords": [{"Type": "A", "TTL": 10}]},
            HealthCheckCustomConfig={"FailureThreshold": 1},
        )["Service"]  # fmt: skip
        self.service(
            "found", 2, serviceRegistries=[{"registryArn": registry["Arn"]}],
            serviceConnectConfiguration={"enabled": True, "services": [{"portName": "http", "discoveryName": "found"}]},
        )  # fmt: skip
        instances = self.map.discover_instances(NamespaceName="found.local", ServiceName="web")["Instances"]
        tasks = self.ecs.describe_tasks(
            cluster="scaled", tasks=self.ecs.list_tasks(cluster="scaled", serviceName="found")["taskArns"]
        )["tasks"]
        addresses = [one["containers"][0]["networkInterfaces"][0]["privateIpv4Address"] for one in tasks]
        self.assertEqual(
            sorted(one["Attributes"]["AWS_INSTANCE_IPV4"] for one in instances), sorted(addresses)
        )
        self.assertEqual(set(instances[0]["Attributes"]), REGISTERED)
        mesh = self.map.discover_instances(NamespaceName="mesh", ServiceName="found")["Instances"]
        self.assertEqual([one["Attributes"]["AWS_INSTANCE_PORT"] for one in mesh], ["80", "80"])
        self.assertEqual(self.map.list_services(Filters=[{"Name": "NAMESPACE_ID", "Values": [namespace]}])["Services"][0]["InstanceCount"], 2)
        listed = self.ecs.list_services_by_namespace(namespace="mesh")["serviceArns"]
        self.assertEqual([arn.split("/")[-1] for arn in listed], ["found"])
        # A deployment whose tasks get no image is stopped: the one before it is back.
        self.ecs.update_service(cluster="scaled", service="found", networkConfiguration=self.network("DISABLED"))
        found = self.ecs.list_service_deployments(cluster="scaled", service="found", status=["IN_PROGRESS"])
        [stuck] = [one["serviceDeploymentArn"] for one in found["serviceDeployments"]]
        self.assertEqual(
            error_code(self.ecs.stop_service_deployment, serviceDeploymentArn=stuck, stopType="ABORT"),
            "InvalidParameterException",
        )
        stopped = self.ecs.stop_service_deployment(serviceDeploymentArn=stuck)
        self.assertEqual(stopped["serviceDeploymentArn"], stuck)
        self.ecs.get_waiter("services_stable").wait(cluster="scaled", services=["found"])
        service = self.ecs.describe_services(cluster="scaled", services=["found"])["services"][0]
        self.assertEqual(service["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"], "ENABLED")
        self.assertEqual(
            error_code(self.ecs.stop_service_deployment, serviceDeploymentArn=stuck), "ConflictException"
        )
        self.assertEqual(
            error_code(self.ecs.stop_service_deployment, serviceDeploymentArn=stuck[:-1]),
            "ServiceDeploymentNotFoundException",
        )
        self.assertEqual(
            error_code(self.ecs.put_account_setting, name="containerInsights", value="maybe"),
            "InvalidParameterException",
        )
        self.delete("found")
        self.assertEqual(self.map.list_instances(ServiceId=registry["Id"])["Instances"], [])
        self.assertEqual(
            error_code(self.ecs.list_services_by_namespace, namespace="none"), "NamespaceNotFoundException"
        )


if __name__ == "__main__":
    unittest.main()
