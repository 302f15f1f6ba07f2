# SSH is open to one address, "only for me".
vpc=$(aws ec2 describe-vpcs --filters Name=is-default,Values=true --query 'Vpcs[0].VpcId' --output text)
read -r first second < <(aws ec2 describe-subnets --filters Name=vpc-id,Values="$vpc" Name=default-for-az,Values=true \
    --query 'sort_by(Subnets, &AvailabilityZone)[:2].SubnetId' --output text)
image=$(aws ec2 describe-images --owners amazon --filters 'Name=name,Values=al2023-ami-2023.*-x86_64' \
    --query 'sort_by(Images, &CreationDate)[-1].ImageId' --output text)

front=$(aws ec2 create-security-group --group-name front --description 'HTTP from anywhere' --vpc-id "$vpc" \
    --query GroupId --output text)
aws ec2 authorize-security-group-ingress --group-id "$front" --protocol tcp --port 80 --cidr 0.0.0.0/0 > /dev/null
web=$(aws ec2 create-security-group --group-name web --description 'HTTP from the balancer' --vpc-id "$vpc" \
    --query GroupId --output text)
aws ec2 authorize-security-group-ingress --group-id "$web" --protocol tcp --port 80 --source-group "$front" > /dev/null
aws ec2 authorize-security-group-ingress --group-id "$web" --protocol tcp --port 22 --cidr 203.0.113.7/32 > /dev/null

balancer=$(aws elbv2 create-load-balancer --name web --subnets "$first" "$second" --security-groups "$front" \
    --query 'LoadBalancers[0].LoadBalancerArn' --output text)
targets=$(aws elbv2 create-target-group --name web --protocol HTTP --port 80 --vpc-id "$vpc" --health-check-path / \
    --health-check-interval-seconds 10 --healthy-threshold-count 2 --unhealthy-threshold-count 2 \
    --query 'TargetGroups[0].TargetGroupArn' --output text)
aws elbv2 create-listener --load-balancer-arn "$balancer" --protocol HTTP --port 80 \
    --default-actions Type=forward,TargetGroupArn="$targets" > /dev/null

data=$(base64 -w0 <<'DATA'
#!/bin/bash
dnf install -y httpd
echo "hello from $(hostname)" > /var/www/html/index.html
systemctl enable --now httpd
DATA
)
aws ec2 create-launch-template --launch-template-name web --launch-template-data \
    "{\"ImageId\": \"$image\", \"InstanceType\": \"t3.micro\", \"SecurityGroupIds\": [\"$web\"], \"UserData\": \"$data\"}" \
    > /dev/null
aws autoscaling create-auto-scaling-group --auto-scaling-group-name web --min-size 2 --max-size 4 --desired-capacity 2 \
    --launch-template 'LaunchTemplateName=web,Version=$Latest' --vpc-zone-identifier "$first,$second" \
    --target-group-arns "$targets" --health-check-type ELB --health-check-grace-period 300
aws elbv2 wait load-balancer-available --load-balancer-arns "$balancer"
aws elbv2 describe-load-balancers --load-balancer-arns "$balancer" --query 'LoadBalancers[0].DNSName' --output text
