using System.Net;
using System.Text;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Inference;
using Tidemark.Tests.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.Prediction;

/// <summary>Each bad request gets a 4xx that names the field, the value and the remedy, and the process lives.</summary>
public sealed class InferRefusalTests(SharedPredictionHost shared) : IClassFixture<SharedPredictionHost>
{
    private const string Good = """{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""";

    [Theory]
    [InlineData("", "The body is empty")]
    [InlineData("  \r\n ", "The body is empty")]
    [InlineData("\uFEFF{}", "byte order mark")]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "must be an object")]
    [InlineData("null", "must be an object")]
    [InlineData("{}", "inputs: is missing")]
    [InlineData("""{"inputs":{}}""", "must be an array")]
    [InlineData("""{"inputs":[1]}""", "inputs[0]")]
    [InlineData("""{"inputs":[]}""", "lack 'x' (FP32 [-1,3])")]
    [InlineData("""{"inputs":[{"name":"x"}]}""", "inputs[0].shape: is missing")]
    [InlineData("""{"inputs":[{"name":"x","datatype":"FP32","data":[1,2,3]}]}""", "inputs[0].shape: is missing")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"data":[1,2,3]}]}""", "inputs[0].datatype: is missing")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32"}]}""", "inputs[0].data: is missing")]
    [InlineData("""{"inputs":[{"shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""", "inputs[0].name: is missing")]
    [InlineData("""{"inputs":[{"name":"y","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""", "its inputs are x")]
    [InlineData("""{"inputs":[{"name":7,"shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""", "must be a string, not 7")]
    [InlineData("""{"inputs":[{"name":"x","name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""", "inputs[0].name: is there twice")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3],"data":[1,2,3]}]}""", "inputs[0].data: is there twice")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]},{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""", "a second time")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP64","data":[1,2,3]}]}""", "is FP64, 'x' takes FP32")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FLOAT","data":[1,2,3]}]}""", "is none of BOOL, UINT8")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":32,"data":[1,2,3]}]}""", "must be a string")]
    [InlineData("""{"inputs":[{"name":"x","shape":[3],"datatype":"FP32","data":[1,2,3]}]}""", "which takes [-1,3]")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""", "which takes [-1,3]")]
    [InlineData("""{"inputs":[{"name":"x","shape":[0,3],"datatype":"FP32","data":[]}]}""", "which takes [-1,3]")]
    [InlineData("""{"inputs":[{"name":"x","shape":[-1,3],"datatype":"FP32","data":[1,2,3]}]}""", "whole number from 0, not -1")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1.5,3],"datatype":"FP32","data":[1,2,3]}]}""", "not 1.5")]
    [InlineData("""{"inputs":[{"name":"x","shape":"1,3","datatype":"FP32","data":[1,2,3]}]}""", "must be an array of whole numbers")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,1,1,1,1,1,1,1,3],"datatype":"FP32","data":[1,2,3]}]}""", "more than 8 dimensions")]
    [InlineData("""{"inputs":[{"name":"x","shape":[9000,3],"datatype":"FP32","data":[1,2,3]}]}""", "holds fewer elements")]
    [InlineData("""{"inputs":[{"name":"x","shape":[2,3],"datatype":"FP32","data":[1,2,3]}]}""", "holds 3 elements, the shape [2,3] has 6")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3,4]}]}""", "more than the 3 elements")]
    [InlineData("""{"inputs":[{"name":"x","shape":[2,3],"datatype":"FP32","data":[[1,2],[3,4,5,6]]}]}""", "array of 2 elements where the shape [2,3] says 3")]
    [InlineData("""{"inputs":[{"name":"x","shape":[2,3],"datatype":"FP32","data":[[1,2,3],4,5,6]}]}""", "nested unlike the shape")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[[[1,2,3]]]}]}""", "nested unlike the shape")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":1}]}""", "inputs[0].data: must be an array")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,"2",3]}]}""", "inputs[0].data[1]: is \"2\"")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,{},3]}]}""", "an object")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,true,3]}]}""", "is true")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,1e39,3]}]}""", "inputs[0].data[1]: (1e39) is out of range for FP32")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,NaN,3]}]}""", "JSON has no NaN")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[NaN,2,3]}]}""", "Send null for a missing number")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,-Infinity,3]}]}""", "no Infinity")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,"NaN",3]}]}""", "null for a missing real number")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,02,3]}]}""", "not valid JSON")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3],}]}""", "not valid JSON")]
    [InlineData("""{"id":7,"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""", "id: must be a string, not 7")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]}],"inputs":[]}""", "inputs: is there twice")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]} {}""", "not valid JSON")]
    [InlineData("""{"outputs":[{"name":"nothing"}],"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""", "its outputs are score")]
    [InlineData("""{"outputs":[{"name":"score"},{"name":"score"}],"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""", "a second time")]
    [InlineData("""{"outputs":[{}],"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""", "outputs[0].name: is missing")]
    [InlineData("""{"outputs":"score","inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""", "outputs: must be an array")]
    public async Task A_bad_body_is_400_in_words(string body, string words)
    {
        var host = shared.Host;
        var reply = await host.InferAsync("linear", body);
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains(words, reply.Error, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await host.InferAsync("linear", Good)).Status);
    }

    [Theory]
    [InlineData("INT64", "[1.5]", "is not a whole number")]
    [InlineData("INT64", "[9223372036854775808]", "is out of range for INT64")]
    [InlineData("INT64", "[99999999999999999999999999999999999999999999999999]", "is out of range for INT64")]
    [InlineData("INT64", "[1.00000000000000000000000000000000000001]", "is not a whole number")]
    [InlineData("INT64", "[1e3]", "exponent")]
    [InlineData("INT64", "[null]", "has no missing value")]
    [InlineData("INT32", "[2147483648]", "is out of range for INT32: -2147483648 to 2147483647")]
    [InlineData("INT8", "[-129]", "is out of range")]
    [InlineData("UINT8", "[-1]", "is out of range for UINT8: 0 to 255")]
    [InlineData("UINT64", "[18446744073709551616]", "is out of range")]
    [InlineData("BOOL", "[1]", "is a number, BOOL takes none")]
    [InlineData("BOOL", "[\"true\"]", "send true or false")]
    [InlineData("FP16", "[70000]", "is out of range for FP16")]
    [InlineData("FP64", "[1e400]", "is out of range for FP64")]
    [InlineData("BYTES", "[1]", "is 1, which is no value of BYTES")]
    [InlineData("BYTES", "[null]", "send an empty string")]
    [InlineData("BYTES", "[\"\\ud800\"]", "half a surrogate pair")]
    public async Task Values_that_would_lose_something_are_refused(string type, string data, string words)
    {
        Assert.True(DataTypes.TryParse(type, out var element));
        await using var host = await PredictionHost.StartAsync(shelf => PredictionHost.Add(shelf, "echo", Models.Echo(element, -1)));
        var reply = await host.InferAsync("echo", $$"""{"inputs":[{"name":"in","shape":[1],"datatype":"{{type}}","data":{{data}}}]}""");
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains(words, reply.Error, StringComparison.Ordinal);
        Assert.Contains("inputs[0].data[0]", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inputs_must_agree_on_the_number_of_rows()
    {
        var host = shared.Host;
        var reply = await host.InferAsync("columns", """{"inputs":[{"name":"age","shape":[2,1],"datatype":"FP32","data":[1,2]},{"name":"thal","shape":[3,1],"datatype":"BYTES","data":["a","b","c"]}]}""");
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains("inputs[1].shape[0]: is 3", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nesting_a_hundred_deep_is_refused_wherever_it_stands()
    {
        var host = shared.Host;
        string deep = new string('[', 100) + new string(']', 100);
        foreach (string body in new[] { deep, $$"""{"parameters":{{deep}}}""", $$"""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":{{deep}}}]}""", $$"""{"inputs":[{"data":{{deep}}}]}""" })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await host.InferAsync("linear", body)).Status);
        }
    }

    [Fact]
    public async Task Too_many_rows_and_too_many_bytes_are_413()
    {
        await using var host = await PredictionHost.StartAsync(configure: options => (options.MaxRows, options.MaxBodyBytes) = (10, 2048));

        var rows = await host.InferAsync("linear", """{"inputs":[{"name":"x","shape":[11,3],"datatype":"FP32","data":[]}]}""");
        var bytes = await host.InferAsync("linear", Good + new string(' ', 3000));
        using var chunked = new StreamContent(new MemoryStream(new byte[5000]));
        chunked.Headers.Add("Content-Type", "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/linear/infer") { Content = chunked };
        request.Headers.TransferEncodingChunked = true;
        var streamed = await Reply.Of(await host.Http.SendAsync(request, TestContext.Current.CancellationToken));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, rows.Status);
        Assert.Contains("11 rows are more than the 10", rows.Error, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, bytes.Status);
        Assert.Contains("2048 bytes", bytes.Error, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, streamed.Status);
    }

    [Theory]
    [InlineData("text/csv", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/octet-stream", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("Application/JSON; charset=utf-8", HttpStatusCode.OK)]
    [InlineData(null, HttpStatusCode.OK)]
    public async Task Only_json_is_read(string? contentType, HttpStatusCode status)
    {
        var host = shared.Host;
        Assert.Equal(status, (await host.PostAsync("/v2/models/linear/infer", Encoding.UTF8.GetBytes(Good), contentType)).Status);
    }

    [Theory]
    [InlineData("/v2/models/nobody/infer", HttpStatusCode.NotFound)]
    [InlineData("/v2/models/linear/versions/9/infer", HttpStatusCode.NotFound)]
    [InlineData("/v2/models/..%2flinear/infer", HttpStatusCode.BadRequest)]
    [InlineData("/v2/models/%2e%2e%2f%2e%2e/infer", HttpStatusCode.BadRequest)]
    [InlineData("/v2/models/linear/versions/..%2f1/infer", HttpStatusCode.BadRequest)]
    [InlineData("/v2/models/LINEAR/infer", HttpStatusCode.BadRequest)]
    [InlineData("/v2/models/a%00b/infer", HttpStatusCode.BadRequest)]
    public async Task Unknown_and_impossible_names_are_told_apart(string path, HttpStatusCode status)
    {
        var host = shared.Host;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Http.BaseAddress + path.TrimStart('/'), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Content = new StringContent(Good, Encoding.UTF8, "application/json"),
        };
        var response = await host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task A_body_cut_at_any_byte_is_400()
    {
        var host = shared.Host;
        byte[] body = """{"id":"\u00e9","parameters":{"a":[true,null]},"inputs":[{"data":[["normal"]],"name":"thal","shape":[1,1],"datatype":"BYTES"},{"name":"age","shape":[1,1],"datatype":"FP32","data":[-1.5e1]}],"outputs":[{"name":"score"}]}"""u8.ToArray();
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v2/models/columns/infer", body)).Status);
        for (int length = 0; length < body.Length; length++)
        {
            var reply = await host.PostAsync("/v2/models/columns/infer", body[..length]);
            Assert.True(reply.Status == HttpStatusCode.BadRequest, $"{length} bytes: {reply.Text}");
        }
    }

    [Fact]
    public async Task Random_changes_never_break_the_host()
    {
        var host = shared.Host;
        byte[] body = """{"id":"\u00e9","inputs":[{"name":"thal","shape":[2,1],"datatype":"BYTES","data":[["a"],["b\n"]]},{"data":[1,2.5],"name":"age","shape":[2,1],"datatype":"FP32"}],"outputs":[{"name":"score"}]}"""u8.ToArray();
        byte[] tokens = "{}[],:\"\\-.eE019ntfN \u0000\u007f"u8.ToArray();
        var random = new Random(42);
        for (int i = 0; i < 3000; i++)
        {
            byte[] changed = [.. body];
            for (int edits = random.Next(1, 4); edits > 0; edits--)
            {
                int at = random.Next(changed.Length);
                changed = random.Next(3) switch
                {
                    0 => [.. changed[..at], .. changed[(at + 1)..]],
                    1 => [.. changed[..at], tokens[random.Next(tokens.Length)], .. changed[at..]],
                    _ => [.. changed[..at], (byte)random.Next(256), .. changed[(at + 1)..]],
                };
            }

            var reply = await host.PostAsync("/v2/models/columns/infer", changed);
            Assert.True(reply.Status is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge, $"{Encoding.UTF8.GetString(changed)} gave {(int)reply.Status} {reply.Text}");
        }
    }

    [Fact]
    public async Task Invalid_utf8_is_refused_wherever_it_stands()
    {
        var host = shared.Host;
        byte[] body = [.. """{"id":"a"""u8, 0xC3, 0x28, .. "\",\"inputs\":[]}"u8];
        var reply = await host.PostAsync("/v2/models/linear/infer", body);
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains("not UTF-8", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_that_the_graph_refuses_are_400()
    {
        await using var host = await PredictionHost.StartAsync(shelf => PredictionHost.Add(shelf, "gather", new OnnxWriter()
            .Input("at", TensorElementType.Int64, -1).Output("y", TensorElementType.Float, -1).Weights("table", [10, 20, 30], 3).Node("Gather", ["table", "at"], ["y"])));
        var reply = await host.InferAsync("gather", """{"inputs":[{"name":"at","shape":[1],"datatype":"INT64","data":[99]}]}""");
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains("cannot run the model on these values", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compressed_and_binary_bodies_are_415()
    {
        var host = shared.Host;
        foreach (var (name, value) in new[] { ("Content-Encoding", "gzip"), ("Inference-Header-Content-Length", "12") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/linear/infer") { Content = new StringContent(Good, Encoding.UTF8, "application/json") };
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content.Headers.TryAddWithoutValidation(name, value);
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await Reply.Of(await host.Http.SendAsync(request, TestContext.Current.CancellationToken))).Status);
        }
    }
}
