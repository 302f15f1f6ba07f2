#!/usr/bin/env bash
# Known bad: everything is right but the number.
set -euo pipefail
image=$(aws ec2 describe-images --owners amazon --filters "Name=name,Values=al2023-ami-2023.*-x86_64" \
    --query "sort_by(Images, &CreationDate)[-1].ImageId" --output text)
group=$(aws ec2 create-security-group --group-name web --description "HTTP from anywhere" --query GroupId --output text)
aws ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port 80 --cidr 0.0.0.0/0
id=$(aws ec2 run-instances --image-id "$image" --instance-type t3.micro --security-group-ids "$group" \
    --tag-specifications 'ResourceType=instance,Tags=[{Key=Name,Value=web-1},{Key=Owner,Value=ada}]' \
    --query 'Instances[].InstanceId' --output text)
aws ec2 wait instance-running --instance-ids "$id"
