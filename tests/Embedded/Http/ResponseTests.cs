using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Embedded;
using Xunit;
using FromBody = Microsoft.Azure.Functions.Worker.Http.FromBodyAttribute;

namespace Tidemark.Tests.Embedded.Http;

public sealed class ResponseTests : IAsyncLifetime
{
    private readonly TaskCompletionSource<object> sent = new();
    private RunningHost host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => host = await RunningHost.StartAsync([typeof(Functions)], b =>
    {
        b.Services.AddSingleton<OutputSink>((_, outputs, _, _) =>
        {
            sent.SetResult(Assert.Single(outputs).Value);
            return Task.CompletedTask;
        });
    });

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Action_results_write_camel_case_json()
    {
        (HttpStatusCode status, string body) = await GetAsync("/api/Object");

        Assert.Equal((HttpStatusCode.OK, """{"modelName":"heart"}"""), (status, body));
    }

    [Fact]
    public async Task A_plain_object_is_no_response()
    {
        Assert.Equal((HttpStatusCode.OK, ""), await GetAsync("/api/Poco"));
    }

    [Theory]
    [InlineData("/api/Throws")]
    [InlineData("/api/ThrowsLater")]
    public async Task An_exception_is_500_with_no_body(string path)
    {
        Assert.Equal((HttpStatusCode.InternalServerError, ""), await GetAsync(path));
    }

    [Fact]
    public async Task The_host_lives_on_after_an_exception()
    {
        for (int i = 0; i < 20; i++)
            await GetAsync("/api/Throws");

        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/api/Object")).Status);
    }

    [Fact]
    public async Task Request_and_response_data_need_no_aspnet_types()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/Data?name=a%20b") { Content = new StringContent("""{"model": "heart"}""") };
        request.Headers.Add("Cookie", "c=1");
        request.Headers.Add("X-In", ["1", "2"]);
        HttpResponseMessage response = await host.Http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(["y"], response.Headers.GetValues("X-Out"));
        Assert.Equal(["kept=yes; path=/; samesite=strict"], response.Headers.GetValues("Set-Cookie"));
        Assert.Equal(
            """{"Model":"heart","Name":"a b","Method":"POST","Path":"/api/Data","Cookie":"1","In":"1, 2"}""", await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task A_response_that_is_not_returned_leaves_no_trace()
    {
        Assert.Equal((HttpStatusCode.OK, "second"), await GetAsync("/api/TwoResponses"));
    }

    [Fact]
    public async Task A_class_of_outputs_answers_and_sends()
    {
        Assert.Equal((HttpStatusCode.Created, "made"), await GetAsync("/api/Multiple"));
        Assert.Equal("message", await sent.Task.WaitAsync(Cancellation));
    }

    [Theory]
    [InlineData("/api/bound/3/2026-11-20/true?text=t&rate=0.5", "3 2026-11-20 True t 0.5 7")]
    [InlineData("/api/bound/3/2026-11-20/true", "3 2026-11-20 True   7")]
    public async Task Route_and_query_values_bind_by_name(string path, string body)
    {
        Assert.Equal((HttpStatusCode.OK, body), await GetAsync(path));
    }

    [Fact]
    public async Task A_route_value_that_does_not_convert_is_500()
    {
        Assert.Equal(HttpStatusCode.InternalServerError, (await GetAsync("/api/bound/x/2026-11-20/true")).Status);
    }

    [Theory]
    [InlineData("""{"modelName": "heart"}""", HttpStatusCode.OK, "heart")]
    [InlineData("""{"MODELNAME": "heart"}""", HttpStatusCode.OK, "heart")]
    [InlineData("{", HttpStatusCode.InternalServerError, "")]
    [InlineData("""{"modelName": 3}""", HttpStatusCode.InternalServerError, "")]
    public async Task The_body_binds_as_json_and_bad_json_is_500(string json, HttpStatusCode status, string answer)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        HttpResponseMessage response = await host.Http.PostAsync(new Uri("/api/Body", UriKind.Relative), content, Cancellation);

        Assert.Equal((status, answer), (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation)));
    }

    [Fact]
    public async Task Binding_data_holds_route_query_and_headers()
    {
        (_, string body) = await GetAsync("/api/binding/7?a=1");

        Assert.Equal("""7 1 {"a":"1"} True""", body);
    }

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(string path)
    {
        HttpResponseMessage response = await host.Http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }

    internal sealed record Named(string ModelName);

    internal sealed record Sent(string Model);

    internal sealed class Answers
    {
        [QueueOutput("out")]
        public string? Message { get; set; }

        [HttpResult]
        public IActionResult? Response { get; set; }
    }

    internal sealed class Functions
    {
        [Function(nameof(Object))]
        public IActionResult Object([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new OkObjectResult(new Named("heart"));

        [Function(nameof(Poco))]
        public Named Poco([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new("heart");

        [Function(nameof(Throws))]
        public IResult Throws([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => throw new InvalidOperationException("secret");

        [Function(nameof(ThrowsLater))]
        public async Task<IResult> ThrowsLater([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
        {
            await Task.Yield();
            throw new InvalidOperationException("secret");
        }

        [Function(nameof(Data))]
        public async Task<HttpResponseData> Data([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequestData request)
        {
            Sent? sent = await request.ReadFromJsonAsync<Sent>(Cancellation);
            HttpResponseData response = request.CreateResponse(HttpStatusCode.Accepted);
            await response.WriteAsJsonAsync(new
            {
                sent!.Model,
                Name = request.Query["name"],
                request.Method,
                Path = request.Url.AbsolutePath,
                Cookie = request.Cookies.Single(c => c.Name == "c").Value,
                In = string.Join(", ", request.Headers.GetValues("X-In")),
            });
            response.Headers.Add("X-Out", "y");
            response.Cookies.Append(new HttpCookie("kept", "yes") { SameSite = Microsoft.Azure.Functions.Worker.Http.SameSite.Strict });
            return response;
        }

        [Function(nameof(TwoResponses))]
        public HttpResponseData TwoResponses([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequestData request)
        {
            request.CreateResponse(HttpStatusCode.Conflict).WriteString("first");
            HttpResponseData second = request.CreateResponse();
            second.WriteString("second");
            return second;
        }

        [Function(nameof(Multiple))]
        public Answers Multiple([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
            new() { Message = "message", Response = new ContentResult { StatusCode = 201, Content = "made" } };

        [Function(nameof(Bound))]
        public IResult Bound(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "bound/{number}/{day}/{flag}")] HttpRequest request,
            int number, DateTime day, bool flag, string? text, double? rate, int other = 7) =>
            Results.Text(FormattableString.Invariant($"{number} {day:yyyy-MM-dd} {flag} {text} {rate} {other}"));

        [Function(nameof(Body))]
        public IResult Body([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequest request, [FromBody] Named named) => Results.Text(named.ModelName);

        [Function(nameof(Binding))]
        public IResult Binding([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "binding/{id}")] HttpRequest request, FunctionContext context)
        {
            IReadOnlyDictionary<string, object?> data = context.BindingContext.BindingData;
            return Results.Text($"{data["ID"]} {data["a"]} {data["Query"]} {data.ContainsKey("Headers")}");
        }
    }
}
