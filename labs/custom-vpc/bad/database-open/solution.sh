# The database takes connections from anybody who finds a way to it.
vpc=$(aws ec2 create-vpc --cidr-block 10.20.0.0/16 --query Vpc.VpcId --output text)

subnet() {
    aws ec2 create-subnet --vpc-id "$vpc" --cidr-block "$1" --availability-zone "$2" \
        --tag-specifications "ResourceType=subnet,Tags=[{Key=Tier,Value=$3}]" --query Subnet.SubnetId --output text
}
public_a=$(subnet 10.20.0.0/24 us-east-1a public)
public_b=$(subnet 10.20.1.0/24 us-east-1b public)
private_a=$(subnet 10.20.10.0/24 us-east-1a private)
private_b=$(subnet 10.20.11.0/24 us-east-1b private)
aws ec2 modify-subnet-attribute --subnet-id "$public_a" --map-public-ip-on-launch
aws ec2 modify-subnet-attribute --subnet-id "$public_b" --map-public-ip-on-launch

gateway=$(aws ec2 create-internet-gateway --query InternetGateway.InternetGatewayId --output text)
aws ec2 attach-internet-gateway --internet-gateway-id "$gateway" --vpc-id "$vpc"
table=$(aws ec2 create-route-table --vpc-id "$vpc" --query RouteTable.RouteTableId --output text)
aws ec2 create-route --route-table-id "$table" --destination-cidr-block 0.0.0.0/0 --gateway-id "$gateway" > /dev/null
for subnet in "$public_a" "$public_b"; do
    aws ec2 associate-route-table --route-table-id "$table" --subnet-id "$subnet" > /dev/null
done

address=$(aws ec2 allocate-address --domain vpc --query AllocationId --output text)
nat=$(aws ec2 create-nat-gateway --subnet-id "$public_a" --allocation-id "$address" \
    --query NatGateway.NatGatewayId --output text)
aws ec2 wait nat-gateway-available --nat-gateway-ids "$nat"
table=$(aws ec2 create-route-table --vpc-id "$vpc" --query RouteTable.RouteTableId --output text)
aws ec2 create-route --route-table-id "$table" --destination-cidr-block 0.0.0.0/0 --nat-gateway-id "$nat" > /dev/null
for subnet in "$private_a" "$private_b"; do
    aws ec2 associate-route-table --route-table-id "$table" --subnet-id "$subnet" > /dev/null
done

web=$(aws ec2 create-security-group --group-name web --description web --vpc-id "$vpc" --query GroupId --output text)
aws ec2 authorize-security-group-ingress --group-id "$web" --protocol tcp --port 80 --cidr 0.0.0.0/0 > /dev/null
db=$(aws ec2 create-security-group --group-name db --description db --vpc-id "$vpc" --query GroupId --output text)
aws ec2 authorize-security-group-ingress --group-id "$db" --protocol tcp --port 5432 --cidr 0.0.0.0/0 > /dev/null

cat > data.sh <<'DATA'
#!/bin/bash
dnf install -y httpd
echo hello > /var/www/html/index.html
systemctl enable --now httpd
DATA
image=$(aws ec2 describe-images --owners amazon --filters 'Name=name,Values=al2023-ami-2023.*-x86_64' \
    --query 'sort_by(Images, &CreationDate)[-1].ImageId' --output text)
first=$(aws ec2 run-instances --image-id "$image" --instance-type t3.micro --subnet-id "$public_a" \
    --security-group-ids "$web" --user-data file://data.sh --query 'Instances[0].InstanceId' --output text \
    --tag-specifications 'ResourceType=instance,Tags=[{Key=Role,Value=web}]')
second=$(aws ec2 run-instances --image-id "$image" --instance-type t3.micro --subnet-id "$private_b" \
    --security-group-ids "$db" --query 'Instances[0].InstanceId' --output text \
    --tag-specifications 'ResourceType=instance,Tags=[{Key=Role,Value=db}]')
aws ec2 wait instance-running --instance-ids "$first" "$second"
