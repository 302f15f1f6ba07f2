import boto3

ec2 = boto3.client("ec2")
ecs = boto3.client("ecs")

# The image whose agent registers an instance with a cluster.
image = boto3.client("ssm").get_parameter(
    Name="/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
)["Parameter"]["Value"]
print(image)

# ecs.create_cluster(…)
