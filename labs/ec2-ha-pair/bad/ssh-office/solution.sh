#!/usr/bin/env bash
# SSH is open to one address, "only for me".
set -euo pipefail

image=$(aws ec2 describe-images --owners amazon --filters 'Name=name,Values=al2023-ami-2023.*-x86_64' \
    --query 'sort_by(Images, &CreationDate)[-1].ImageId' --output text)
vpc=$(aws ec2 describe-vpcs --filters Name=is-default,Values=true --query 'Vpcs[0].VpcId' --output text)
# The default subnets of the first two zones.
read -r first second < <(aws ec2 describe-subnets --filters "Name=vpc-id,Values=$vpc" Name=default-for-az,Values=true \
    --query 'sort_by(Subnets, &AvailabilityZone)[:2].SubnetId' --output text)

group=$(aws ec2 create-security-group --group-name web --description 'HTTP from anywhere' --vpc-id "$vpc" \
    --query GroupId --output text)
aws ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port 80 --cidr 0.0.0.0/0 > /dev/null
aws ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port 22 --cidr 203.0.113.7/32 > /dev/null

cat > web.sh <<'DATA'
#!/bin/bash
dnf install -y httpd
echo "hello from $(hostname)" > /var/www/html/index.html
systemctl enable --now httpd
DATA

# launch NAME SUBNET
launch() {
    aws ec2 run-instances --image-id "$image" --instance-type t3.micro --subnet-id "$2" \
        --security-group-ids "$group" --user-data file://web.sh \
        --tag-specifications "ResourceType=instance,Tags=[{Key=Name,Value=$1},{Key=Owner,Value=ada}]" \
        --query 'Instances[0].InstanceId' --output text
}
one=$(launch web-1 "$first")
two=$(launch web-2 "$second")

balancer=$(aws elbv2 create-load-balancer --name web --subnets "$first" "$second" --security-groups "$group" \
    --query 'LoadBalancers[0].LoadBalancerArn' --output text)
# Short intervals: a server that is gone is found out within seconds.
targets=$(aws elbv2 create-target-group --name web --protocol HTTP --port 80 --vpc-id "$vpc" --health-check-path / \
    --health-check-interval-seconds 5 --health-check-timeout-seconds 2 \
    --healthy-threshold-count 2 --unhealthy-threshold-count 2 \
    --query 'TargetGroups[0].TargetGroupArn' --output text)
aws elbv2 create-listener --load-balancer-arn "$balancer" --protocol HTTP --port 80 \
    --default-actions "Type=forward,TargetGroupArn=$targets" > /dev/null

aws ec2 wait instance-running --instance-ids "$one" "$two"
aws elbv2 register-targets --target-group-arn "$targets" --targets "Id=$one" "Id=$two"
aws elbv2 wait target-in-service --target-group-arn "$targets"
aws elbv2 describe-load-balancers --load-balancer-arns "$balancer" --query 'LoadBalancers[0].DNSName' --output text
