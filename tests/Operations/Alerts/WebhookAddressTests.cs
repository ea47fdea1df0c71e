using System.Net;
using Tidemark.Operations.Alerts;
using Xunit;

namespace Tidemark.Tests.Operations.Alerts;

public sealed class WebhookAddressTests
{
    [Theory]
    [InlineData("https://hooks.example.com/services/T1?x=1")]
    [InlineData("https://93.184.215.14/")]
    [InlineData("https://[2606:4700::6810:84e5]:8443/a")]
    [InlineData("http://127.0.0.1:9/hook")]
    [InlineData("http://alerts.internal/hook")]
    public void Takes_public_https_and_what_the_operator_names(string text) =>
        Assert.True(WebhookAddress.Parse(text, WebhookHosts.Parse("127.0.0.1, Alerts.internal")).Ok);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/hook")]
    [InlineData("ftp://example.com/")]
    [InlineData("http://example.com/")]
    [InlineData("https://user:secret@example.com/")]
    [InlineData("https://localhost/")]
    [InlineData("https://azurite/")]
    [InlineData("https://127.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://169.254.169.254/metadata/instance")]
    [InlineData("https://168.63.129.16/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::ffff:10.0.0.1]/")]
    [InlineData("https://[fd00::1]/")]
    public void Refuses_what_only_this_app_can_reach(string? text) => Assert.False(WebhookAddress.Parse(text, WebhookHosts.Parse("")).Ok);

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("198.19.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("fe80::1")]
    [InlineData("ff02::1")]
    public void Knows_addresses_that_are_not_public(string address) => Assert.False(WebhookAddress.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("2a00:1450:4001::1")]
    public void Knows_addresses_that_are(string address) => Assert.True(WebhookAddress.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("whsec_short")]
    [InlineData("whsec_not base64 at all!!")]
    public void Refuses_a_secret_that_is_none(string secret) => Assert.False(WebhookSignature.Parse(secret).Ok);
}
