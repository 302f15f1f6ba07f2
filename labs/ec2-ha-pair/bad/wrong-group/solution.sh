#!/usr/bin/env bash
# Known bad: the group exists, opens the wrong port, and no instance is in it.
set -euo pipefail
image=$(aws ec2 describe-images --owners amazon --filters "Name=name,Values=al2023-ami-2023.*-x86_64" \
    --query "sort_by(Images, &CreationDate)[-1].ImageId" --output text)
group=$(aws ec2 create-security-group --group-name web --description "HTTP from anywhere" --query GroupId --output text)
aws ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port 8080 --cidr 0.0.0.0/0
subnets=$(aws ec2 describe-subnets --filters Name=default-for-az,Values=true \
    --query "sort_by(Subnets, &AvailabilityZone)[:2].SubnetId" --output text)
first=$(aws ec2 run-instances --image-id "$image" --instance-type t3.micro --subnet-id "${subnets%%[[:space:]]*}" \
    --tag-specifications 'ResourceType=instance,Tags=[{Key=Name,Value=web-1},{Key=Owner,Value=ada}]' \
    --query 'Instances[0].InstanceId' --output text)
second=$(aws ec2 run-instances --image-id "$image" --instance-type t3.micro --subnet-id "${subnets##*[[:space:]]}" \
    --tag-specifications 'ResourceType=instance,Tags=[{Key=Name,Value=web-2},{Key=Owner,Value=ada}]' \
    --query 'Instances[0].InstanceId' --output text)
aws ec2 wait instance-running --instance-ids "$first" "$second"
