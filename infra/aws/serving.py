"""The public address: the page from S3 and the API, both behind one CloudFront distribution."""

from __future__ import annotations

from typing import Any

from chalicelib.api.framework.origin import HEADER
from infra.aws.sockets import SOCKETS_HOST, SOCKETS_STAGE

Json = dict[str, Any]

STAGE = "live"
API_HOST = "${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
# CloudFront's own policies, whose ids are the same in every account.
CACHED, UNCACHED = "658327ea-f89d-4fab-a63d-7e88639e58f6", "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-38738e2966ac"
ONE_YEAR = 31_536_000

# An address that the page itself routes (one without a dot in its last part) serves the page. Addresses that monitors
# request by mistake, without /api before them, must fail.
ROUTER = """function handler(event) {
  var request = event.request;
  var first = request.uri.split('/')[1];
  if (first === 'health' || first === 'status') return {statusCode: 404, statusDescription: 'Not Found'};
  if (request.uri.split('/').pop().indexOf('.') < 0) request.uri = '/index.html';
  return request;
}"""


def serving_template(bucket: Json) -> Json:
    """The resources. bucket: the name of the files' bucket, to which the page uploads and whose pictures it shows."""
    return {
        "PageBucket": _page_bucket(),
        "PageBucketPolicy": _page_policy(),
        "PageAccess": {
            "Type": "AWS::CloudFront::OriginAccessControl",
            "Properties": {
                "OriginAccessControlConfig": {
                    "Name": {"Fn::Sub": "${AWS::StackName}-page-${AWS::Region}"},
                    "OriginAccessControlOriginType": "s3",
                    "SigningBehavior": "always",
                    "SigningProtocol": "sigv4",
                }
            },
        },
        "PageRouter": {
            "Type": "AWS::CloudFront::Function",
            "Properties": {
                "Name": {"Fn::Sub": "${AWS::StackName}-router-${AWS::Region}"},
                "AutoPublish": True,
                "FunctionCode": ROUTER,
                "FunctionConfig": {"Comment": "Routes of the page are the page", "Runtime": "cloudfront-js-2.0"},
            },
        },
        "SecurityHeaders": _headers(bucket),
        "Distribution": _distribution(),
        "DomainRecord": {
            "Type": "AWS::Route53::RecordSet",
            "Condition": "HasZone",
            "Properties": {
                "Name": {"Ref": "Domain"},
                "HostedZoneId": {"Ref": "HostedZoneId"},
                "Type": "A",
                "AliasTarget": {
                    "DNSName": {"Fn::GetAtt": ["Distribution", "DomainName"]},
                    "HostedZoneId": "Z2FDTNDATAQYW2",  # CloudFront's, the same in every account
                },
            },
        },
    }


def _page_bucket() -> Json:
    """The bucket of the page. Its content comes from the repository, so it goes with the stack once it is emptied."""
    return {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            },
            "VersioningConfiguration": {"Status": "Enabled"},
            "LifecycleConfiguration": {
                "Rules": [
                    {
                        "Id": "former-pages",
                        "Status": "Enabled",
                        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
                        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
                    }
                ]
            },
        },
    }


def _page_policy() -> Json:
    everything = {"Fn::Sub": "${PageBucket.Arn}/*"}
    distribution = {"Fn::Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Distribution}"}
    return {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": "PageBucket"},
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "OurDistributionReads",
                        "Effect": "Allow",
                        "Principal": {"Service": "cloudfront.amazonaws.com"},
                        "Action": "s3:GetObject",
                        "Resource": everything,
                        "Condition": {"StringEquals": {"AWS:SourceArn": distribution}},
                    },
                    {
                        "Sid": "TlsOnly",
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": [{"Fn::GetAtt": ["PageBucket", "Arn"]}, everything],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    },
                ],
            },
        },
    }


def _headers(bucket: Json) -> Json:
    files = {"Fn::Sub": ["https://${Files}.s3.${AWS::Region}.${AWS::URLSuffix}", {"Files": bucket}]}
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; worker-src 'self'; "
        "manifest-src 'self'; img-src 'self' blob: ${Files}; connect-src 'self' ${Files}; "
        "media-src 'self' blob: ${Files}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "object-src 'none'"
    )
    return {
        "Type": "AWS::CloudFront::ResponseHeadersPolicy",
        "Properties": {
            "ResponseHeadersPolicyConfig": {
                "Name": {"Fn::Sub": "${AWS::StackName}-headers-${AWS::Region}"},
                "SecurityHeadersConfig": {
                    "ContentSecurityPolicy": {
                        "ContentSecurityPolicy": {"Fn::Sub": [policy, {"Files": files}]},
                        "Override": True,
                    },
                    "ContentTypeOptions": {"Override": True},
                    "FrameOptions": {"FrameOption": "DENY", "Override": True},
                    "ReferrerPolicy": {"ReferrerPolicy": "no-referrer", "Override": True},
                    "StrictTransportSecurity": {
                        "AccessControlMaxAgeSec": ONE_YEAR,
                        "IncludeSubdomains": True,
                        "Override": True,
                        "Preload": False,
                    },
                },
            }
        },
    }


def _distribution() -> Json:
    common: Json = {
        "ViewerProtocolPolicy": "redirect-to-https",
        "ResponseHeadersPolicyId": {"Ref": "SecurityHeaders"},
        "Compress": True,
    }
    page = common | {
        "TargetOriginId": "page",
        "CachePolicyId": CACHED,
        "AllowedMethods": ["GET", "HEAD"],
        "FunctionAssociations": [
            {"EventType": "viewer-request", "FunctionARN": {"Fn::GetAtt": ["PageRouter", "FunctionARN"]}}
        ],
    }
    api = common | {
        "PathPattern": "/api/*",
        "TargetOriginId": "api",
        "CachePolicyId": UNCACHED,
        "OriginRequestPolicyId": ALL_BUT_HOST,
        "AllowedMethods": ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
    }
    sockets = common | {
        "PathPattern": f"/{SOCKETS_STAGE}",
        "TargetOriginId": "sockets",
        "CachePolicyId": UNCACHED,
        "OriginRequestPolicyId": ALL_BUT_HOST,
        "ViewerProtocolPolicy": "https-only",
        "AllowedMethods": ["GET", "HEAD"],
    }
    certificate = {
        "AcmCertificateArn": {"Ref": "CertificateArn"},
        "SslSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1.2_2021",
    }
    return {
        "Type": "AWS::CloudFront::Distribution",
        "Properties": {
            "DistributionConfig": {
                "Enabled": True,
                "Comment": {"Fn::Sub": "${AWS::StackName}: the page and, under /api/, the API"},
                "HttpVersion": "http2and3",
                "IPV6Enabled": True,
                "PriceClass": "PriceClass_100",
                "DefaultRootObject": "index.html",
                "Aliases": {"Fn::If": ["HasDomain", [{"Ref": "Domain"}], {"Ref": "AWS::NoValue"}]},
                "ViewerCertificate": {"Fn::If": ["HasDomain", certificate, {"CloudFrontDefaultCertificate": True}]},
                "WebACLId": {"Fn::If": ["HasWebAcl", {"Ref": "WebAclArn"}, {"Ref": "AWS::NoValue"}]},
                "DefaultCacheBehavior": page,
                "CacheBehaviors": [api, sockets],
                "Origins": [
                    {
                        "Id": "page",
                        "DomainName": {"Fn::GetAtt": ["PageBucket", "RegionalDomainName"]},
                        "OriginAccessControlId": {"Fn::GetAtt": ["PageAccess", "Id"]},
                        "S3OriginConfig": {"OriginAccessIdentity": ""},
                    },
                    _guarded("api", API_HOST) | {"OriginPath": f"/{STAGE}"},
                    _guarded("sockets", SOCKETS_HOST),
                ],
            }
        },
    }


def _guarded(name: str, host: str) -> Json:
    """An origin that answers only CloudFront: chalicelib.api.framework.origin."""
    secret = {"Fn::Sub": "{{resolve:secretsmanager:${OriginSecret}}}"}
    return {
        "Id": name,
        "DomainName": {"Fn::Sub": host},
        "OriginCustomHeaders": [{"HeaderName": HEADER, "HeaderValue": secret}],
        "CustomOriginConfig": {"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": ["TLSv1.2"]},
    }
