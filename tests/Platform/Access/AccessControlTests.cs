using System.Net;
using System.Net.Http.Headers;
using Azure.Core;
using Azure.Data.Tables;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tidemark.Platform.Access;
using Tidemark.Platform.Audit;
using Tidemark.Platform.Http;
using Tidemark.Platform.Storage;
using Tidemark.Tests.Embedded;
using Xunit;

namespace Tidemark.Tests.Platform.Access;

public sealed class AccessControlTests(AzuriteFixture azurite)
{
    private readonly string table = "access" + Guid.NewGuid().ToString("N");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_has_the_role_comes_in_by_the_name_in_the_token_whatever_headers_say()
    {
        await using TokenAuthority authority = await TokenAuthority.StartAsync();
        await using RunningHost host = await StartAsync(authority);

        using HttpResponseMessage answer = await SendAsync(host, "change", authority.Token([Roles.ModelsPromote]), ("x-tidemark-actor", "the head of the ward"));

        Assert.Equal((HttpStatusCode.OK, "auditor@example.org"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(Stop)));
        TrailRow row = Assert.Single(await TrailAsync());
        Assert.Equal(("auditor@example.org", "Change", "POST /api/change", "allowed"), (row.Actor, row.Action, row.Subject, row.Decision));
    }

    [Fact]
    public async Task Every_token_that_does_not_hold_is_refused_with_its_reason_and_leaves_no_row()
    {
        await using TokenAuthority authority = await TokenAuthority.StartAsync();
        await using RunningHost host = await StartAsync(authority);
        string[] roles = [Roles.ModelsPromote];
        (string? Token, string Says)[] wrong =
        [
            (null, "needs a token"),
            ("gibberish", "can't be read"),
            (authority.Token(roles, TokenAuthority.NewKey()), "not signed by a key of the authority"),
            (authority.Token(roles, audience: "another-suite"), "another audience"),
            (authority.Token(roles, issuer: "https://issuer.example.org"), "another issuer"),
            (authority.Token(roles, expires: TimeSpan.FromMinutes(-5)), "expired"),
            (authority.Unsigned(roles), "not signed by a key of the authority"),
            (authority.Confused(roles), ""),
        ];

        foreach ((string? token, string says) in wrong)
        {
            using HttpResponseMessage answer = await SendAsync(host, "change", token);
            string text = await answer.Content.ReadAsStringAsync(Stop);
            Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json", "Bearer"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, answer.Headers.WwwAuthenticate.Single().Scheme));
            Assert.Contains(says, text, StringComparison.Ordinal);
        }

        Assert.Empty(await TrailAsync());
    }

    [Fact]
    public async Task Who_lacks_the_role_is_told_which_and_is_in_the_trail()
    {
        await using TokenAuthority authority = await TokenAuthority.StartAsync();
        await using RunningHost host = await StartAsync(authority);

        using HttpResponseMessage answer = await SendAsync(host, "change", authority.Token([Roles.ReportsRead]));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("'Models.Promote'", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal("refused: Role missing", Assert.Single(await TrailAsync()).Decision);
    }

    [Fact]
    public async Task A_new_key_of_the_authority_is_taken_without_a_restart_and_a_route_without_a_role_needs_no_token()
    {
        await using TokenAuthority authority = await TokenAuthority.StartAsync();
        await using RunningHost host = await StartAsync(authority);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(host, "change", authority.Token([Roles.ModelsPromote]))).StatusCode);

        authority.RollKeys();

        // The first token by the new key makes the suite read the keys again, in the background.
        await Eventually.TrueAsync(async () => (await SendAsync(host, "change", authority.Token([Roles.ModelsPromote]))).IsSuccessStatusCode, "the new key is known");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(host, "ask", null)).StatusCode);
    }

    [Fact]
    public async Task An_authority_that_is_down_is_no_reason_to_let_anyone_in()
    {
        TokenAuthority authority = await TokenAuthority.StartAsync();
        await using RunningHost host = await StartAsync(authority);
        string token = authority.Token([Roles.ModelsPromote]);
        await authority.DisposeAsync();

        using HttpResponseMessage answer = await SendAsync(host, "change", token);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (answer.StatusCode, answer.Headers.RetryAfter is not null));
    }

    [Fact]
    public async Task Nothing_is_changed_while_the_trail_can_not_be_written()
    {
        int before = ChangingFunctions.Changes;
        await using RunningHost host = await StartAsync(null, new StorageFaults(_ => Fault.Down));

        using HttpResponseMessage answer = await SendAsync(host, "change", null);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, before), (answer.StatusCode, ChangingFunctions.Changes));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(host, "ask", null)).StatusCode);
    }

    [Fact]
    public async Task Keys_in_the_address_are_refused_browsers_are_told_what_to_heed_and_other_origins_get_no_leave()
    {
        await using RunningHost host = await StartAsync(null);

        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(host, "ask?code=secret", null)).StatusCode);
        using HttpResponseMessage answer = await SendAsync(host, "ask", null, ("Origin", "https://elsewhere.example.org"));
        Assert.Equal(("nosniff", "no-referrer", "DENY"), (answer.Headers.GetValues("X-Content-Type-Options").Single(), answer.Headers.GetValues("Referrer-Policy").Single(), answer.Headers.GetValues("X-Frame-Options").Single()));
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/api/change");
        preflight.Headers.Add("Origin", "https://elsewhere.example.org");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        using HttpResponseMessage leave = await host.Http.SendAsync(preflight, Stop);
        Assert.All([answer, leave], a => Assert.False(a.Headers.Contains("Access-Control-Allow-Origin")));
        Assert.False(leave.IsSuccessStatusCode);
    }

    [Fact]
    public async Task One_caller_who_sends_too_much_is_told_to_wait_before_the_body_is_read_and_others_are_not()
    {
        await using RunningHost host = await StartAsync(null, null, ("Access:RequestsPerSecond", "0.001"), ("Access:Burst", "3"));

        for (int i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.OK, (await SendAsync(host, "ask", null, ("x-functions-key", "mine"))).StatusCode);
        using HttpResponseMessage answer = await SendAsync(host, "ask", null, ("x-functions-key", "mine"));

        Assert.Equal((HttpStatusCode.TooManyRequests, true), (answer.StatusCode, answer.Headers.RetryAfter?.Delta > TimeSpan.FromMinutes(1)));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(host, "ask", null, ("x-functions-key", "another's"))).StatusCode);
    }

    [Theory]
    [InlineData("WEBSITE_SITE_NAME=suite", "In Azure callers must be known")]
    [InlineData("Access:Authority=http://issuer.example.org", "not an https address")]
    [InlineData("Access:Authority=https://issuer.example.org", "Access__Audience is not set")]
    [InlineData("Access:RequestsPerSecond=-1", "RequestsPerSecond")]
    public async Task Does_not_start_with_settings_that_would_let_anyone_in(string setting, string says)
    {
        string[] parts = setting.Split('=', 2);
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(null, null, (parts[0], parts[1])));
        Assert.Contains(says, refused.ToString(), StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> SendAsync(RunningHost host, string path, string? token, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(path.StartsWith("ask", StringComparison.Ordinal) ? HttpMethod.Get : HttpMethod.Post, "/api/" + path);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await host.Http.SendAsync(request, Stop);
    }

    private async Task<RunningHost> StartAsync(TokenAuthority? authority, StorageFaults? faults = null, params (string Name, string Value)[] settings)
    {
        var known = authority is null ? settings : [("Access:Authority", authority.Address), ("Access:Audience", TokenAuthority.Audience), .. settings];
        await Service(null).GetTableClient(table).CreateIfNotExistsAsync(Stop);
        return await RunningHost.StartAsync(
            [typeof(ChangingFunctions)],
            builder =>
            {
                builder.UseMiddleware<UnexpectedErrors>();
                builder.AddAccess();
                builder.Services.AddSingleton(new AuditTrail(Service(faults), TimeProvider.System, table));
            },
            null,
            known);
    }

    private async Task<List<TrailRow>> TrailAsync()
    {
        var rows = new List<TrailRow>();
        await foreach (TrailRow row in new AuditTrail(Service(null), TimeProvider.System, table).RowsAsync(1, null, Stop)) rows.Add(row);
        return rows;
    }

    private TableServiceClient Service(StorageFaults? faults)
    {
        TableClientOptions options = StorageClients.TableOptions();
        if (faults is not null) options.AddPolicy(faults, HttpPipelinePosition.PerRetry);
        return new TableServiceClient(azurite.ConnectionString, options);
    }

    public sealed class ChangingFunctions
    {
        private static int changes;

        public static int Changes => Volatile.Read(ref changes);

        [Function(nameof(Change))]
        [RequiresRole(Roles.ModelsPromote)]
        [Audited]
        public static IResult Change([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "change")] HttpRequest request)
        {
            Interlocked.Increment(ref changes);
            return Results.Text(Actor.Of(request).Value.ToString());
        }

        [Function(nameof(Ask))]
        public static IResult Ask([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ask")] HttpRequest request) => Results.Text("asked");
    }
}
