#!/usr/bin/env bash
# Known bad: right in every way but the name of the file.
set -euo pipefail

image=$(aws ec2 describe-images --owners amazon \
    --filters 'Name=name,Values=al2023-ami-2023.*-x86_64' \
    --query 'sort_by(Images, &CreationDate)[-1].ImageId' --output text)

vpc=$(aws ec2 describe-vpcs --filters Name=is-default,Values=true --query 'Vpcs[0].VpcId' --output text)

group=$(aws ec2 create-security-group --group-name web --description 'HTTP from anywhere' --vpc-id "$vpc" \
    --tag-specifications 'ResourceType=security-group,Tags=[{Key=Owner,Value=ada}]' \
    --query GroupId --output text)
aws ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port 80 --cidr 0.0.0.0/0 >/dev/null

# The default subnets of the first two zones.
subnets=$(aws ec2 describe-subnets --filters "Name=vpc-id,Values=$vpc" Name=default-for-az,Values=true \
    --query 'sort_by(Subnets, &AvailabilityZone)[:2].SubnetId' --output text)

instances=()
for subnet in $subnets; do
    tags="[{Key=Name,Value=web-$((${#instances[@]} + 1))},{Key=Owner,Value=ada}]"
    instance=$(aws ec2 run-instances --image-id "$image" --instance-type t3.micro \
        --subnet-id "$subnet" --security-group-ids "$group" \
        --tag-specifications "ResourceType=instance,Tags=$tags" \
        --query 'Instances[0].InstanceId' --output text)
    instances+=("$instance")
done

aws ec2 wait instance-running --instance-ids "${instances[@]}"
aws ec2 describe-instances --instance-ids "${instances[@]}" \
    --query 'Reservations[].Instances[].[Tags[?Key==`Name`]|[0].Value,InstanceId,Placement.AvailabilityZone,State.Name]' \
    --output table
