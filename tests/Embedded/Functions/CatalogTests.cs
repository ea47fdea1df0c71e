using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Functions;

public sealed class CatalogTests
{
    [Theory]
    [InlineData(typeof(AsyncVoid), "AZFW0002")]
    [InlineData(typeof(TwoBindings), "AZFW0005")]
    [InlineData(typeof(TwoHttpResults), "AZFW0007")]
    [InlineData(typeof(PocoRequest), "AZFW0010")]
    [InlineData(typeof(RetriedQueue), "AZFW0012")]
    [InlineData(typeof(NoQueue), "AZFW0013")]
    [InlineData(typeof(UnmarkedResult), "AZFW0015")]
    [InlineData(typeof(SameName), "AZFW0017")]
    [InlineData(typeof(TwoTriggers), "2 triggers")]
    [InlineData(typeof(NoTrigger), "no trigger")]
    [InlineData(typeof(BadName), "'1st'")]
    [InlineData(typeof(NamedHost), "'Host'")]
    [InlineData(typeof(PrivateFunction), "must be public")]
    [InlineData(typeof(UnknownTrigger), "ForeignTriggerAttribute")]
    [InlineData(typeof(UnknownOutput), "ForeignOutputAttribute")]
    [InlineData(typeof(GenericFunctions<>), "generic")]
    public void Mistakes_are_refused_by_the_genuine_rule_naming_the_method(Type type, string rule)
    {
        StartRefusedException refused = Assert.Throws<StartRefusedException>(() => FunctionCatalog.Discover([type]));

        string problem = Assert.Single(refused.Problems);
        Assert.Contains(rule, problem, StringComparison.Ordinal);
        Assert.Contains($"{type.Name}.Run", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_are_reported_at_once()
    {
        StartRefusedException refused = Assert.Throws<StartRefusedException>(
            () => FunctionCatalog.Discover([typeof(AsyncVoid), typeof(TwoTriggers), typeof(SameName)]));

        Assert.Equal(3, refused.Problems.Count);
    }

    [Fact]
    public void Static_nested_internal_and_inherited_functions_are_found()
    {
        FunctionCatalog catalog = FunctionCatalog.Discover([typeof(Good), typeof(Good.Nested), typeof(Derived)]);

        Assert.Equal(["Inherited", "Inside", "Queued", "Static"], catalog.Functions.Select(f => f.Name));
        FunctionEntry queued = catalog.Find("queued")!;
        Assert.Equal($"{typeof(Good).FullName}.Queued", queued.Definition.EntryPoint);
        Assert.Equal("queueTrigger", queued.Definition.InputBindings["message"].Type);
        Assert.Equal("queue", queued.Definition.OutputBindings["$return"].Type);
        Assert.Equal(BindingDirection.Out, queued.Definition.OutputBindings["$return"].Direction);
        Assert.Equal([("message", typeof(string)), ("dequeueCount", typeof(int))], queued.Definition.Parameters.Select(p => (p.Name, p.Type)));
    }

    [Fact]
    public async Task A_route_template_that_does_not_parse_is_refused()
    {
        StartRefusedException refused = await Assert.ThrowsAsync<StartRefusedException>(() => RunningHost.StartAsync(typeof(BadRoute)));

        Assert.Contains("'api/items/{id'", Assert.Single(refused.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_functions_on_one_route_are_refused()
    {
        StartRefusedException refused = await Assert.ThrowsAsync<StartRefusedException>(() => RunningHost.StartAsync(typeof(SameRoute)));

        Assert.Contains("GET api/items/{number}", Assert.Single(refused.Problems), StringComparison.Ordinal);
    }

    private sealed class AsyncVoid
    {
        [Function("A")]
        public async void Run([QueueTrigger("q")] string message) => await Task.Yield();
    }

    private sealed class TwoBindings
    {
        [Function("A")]
        public void Run([QueueTrigger("q"), TimerTrigger("0 0 * * * *")] string message) { }
    }

    private sealed class TwoHttpResults
    {
        [Function("A")]
        public Answers Run([HttpTrigger] HttpRequest request) => new();

        internal sealed class Answers
        {
            [HttpResult]
            public IActionResult? First { get; set; }

            [HttpResult]
            public IActionResult? Second { get; set; }
        }
    }

    private sealed class PocoRequest
    {
        [Function("A")]
        public void Run([HttpTrigger] Uri request) { }
    }

    private sealed class RetriedQueue
    {
        [Function("A"), FixedDelayRetry(3, "00:00:01")]
        public void Run([QueueTrigger("q")] string message) { }
    }

    private sealed class NoQueue
    {
        [Function("A")]
        public void Run([QueueTrigger("")] string message) { }
    }

    private sealed class UnmarkedResult
    {
        [Function("A")]
        public Task<Answers> Run([HttpTrigger] HttpRequest request) => Task.FromResult(new Answers());

        internal sealed class Answers
        {
            [QueueOutput("q")]
            public string? Message { get; set; }

            public IResult? Response { get; set; }
        }
    }

    private sealed class SameName
    {
        [Function("A")]
        public void Run([QueueTrigger("q")] string message) { }

        [Function("a")]
        public void Other([QueueTrigger("q")] string message) { }
    }

    private sealed class TwoTriggers
    {
        [Function("A")]
        public void Run([QueueTrigger("q")] string message, [TimerTrigger("0 0 * * * *")] TimerInfo timer) { }
    }

    private sealed class NoTrigger
    {
        [Function("A")]
        public void Run(string message) { }
    }

    private sealed class BadName
    {
        [Function("1st")]
        public void Run([QueueTrigger("q")] string message) { }
    }

    private sealed class NamedHost
    {
        [Function("Host")]
        public void Run([QueueTrigger("q")] string message) { }
    }

    private sealed class PrivateFunction
    {
        [Function("A")]
        internal void Run([QueueTrigger("q")] string message) { }
    }

    private sealed class UnknownTrigger
    {
        [Function("A")]
        public void Run([ForeignTrigger] string message) { }
    }

    private sealed class UnknownOutput
    {
        [Function("A"), ForeignOutput]
        public string Run([QueueTrigger("q")] string message) => message;
    }

    private sealed class GenericFunctions<T>
    {
        [Function("A")]
        public void Run([QueueTrigger("q")] string message) { }
    }

    private sealed class BadRoute
    {
        [Function("A")]
        public void Run([HttpTrigger(Route = "items/{id")] HttpRequest request) { }
    }

    private sealed class SameRoute
    {
        [Function("A")]
        public void First([HttpTrigger("get", "post", Route = "items/{id}")] HttpRequest request) { }

        [Function("B")]
        public void Second([HttpTrigger("GET", Route = "items/{number}")] HttpRequest request) { }
    }

    internal sealed class Good
    {
        [Function("Static")]
        public static void Static([TimerTrigger("0 0 * * * *")] TimerInfo timer) { }

        [Function("Queued"), QueueOutput("out")]
        public string Queued([QueueTrigger("q")] string message, int dequeueCount) => message;

        internal sealed class Nested
        {
            [Function("Inside")]
            public void Run([QueueTrigger("q")] string message) { }
        }
    }

    internal abstract class Shared
    {
        [Function("Inherited")]
        public void Run([QueueTrigger("q")] string message) { }
    }

    internal sealed class Derived : Shared;

    private sealed class ForeignTriggerAttribute : TriggerBindingAttribute;

    private sealed class ForeignOutputAttribute : OutputBindingAttribute;
}
