using System.Globalization;
using System.Text;
using Azure.Core.Serialization;
using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.Options;

namespace Tidemark.Embedded;

/// <summary>The converters that every app has, in the order in which they are asked.</summary>
internal static class BuiltInConverters
{
    public static readonly IReadOnlyList<Type> Types =
    [
        typeof(HttpConverter), typeof(QueueMessageConverter), typeof(FunctionContextConverter), typeof(AssignableConverter), typeof(GuidConverter),
        typeof(DateConverter), typeof(BytesConverter), typeof(JsonConverter), typeof(CancellationConverter), typeof(OrchestrationInputConverter),
    ];

    public static void Register(WorkerOptions options)
    {
        InputConverterCollection converters = options.InputConverters;
        converters.Register<HttpConverter>();
        converters.Register<QueueMessageConverter>();
        converters.Register<FunctionContextConverter>();
        converters.Register<AssignableConverter>();
        converters.Register<GuidConverter>();
        converters.Register<DateConverter>();
        converters.Register<BytesConverter>();
        converters.Register<JsonConverter>();
        converters.Register<CancellationConverter>();
        converters.Register<OrchestrationInputConverter>();
    }
}

/// <summary>Answers at once: converters that need not wait.</summary>
internal abstract class ImmediateConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) => new(Convert(context));

    protected abstract ConversionResult Convert(ConverterContext context);

    /// <summary>Succeeded with a value that was made, unhandled without one.</summary>
    protected static ConversionResult Made(object? value) => value is null ? ConversionResult.Unhandled() : ConversionResult.Success(value);
}

/// <summary>The request of an HTTP trigger, with or without ASP.NET Core types.</summary>
internal sealed class HttpConverter : ImmediateConverter
{
    protected override ConversionResult Convert(ConverterContext context) =>
        context.TargetType == typeof(HttpRequest) ? Made(context.FunctionContext.GetHttpContext()?.Request)
        : context.TargetType == typeof(HttpRequestData) ? Made(Invocation.Of(context.FunctionContext).RequestData)
        : ConversionResult.Unhandled();
}

/// <summary>A queue message as itself, its text, its bytes, or an object from its JSON.</summary>
internal sealed class QueueMessageConverter(IOptions<WorkerOptions> options) : ImmediateConverter
{
    protected override ConversionResult Convert(ConverterContext context)
    {
        if (context.Source is not QueueMessage message)
            return ConversionResult.Unhandled();
        Type target = context.TargetType;
        return target.IsInstanceOfType(message) ? ConversionResult.Success(message)
            : target == typeof(BinaryData) ? ConversionResult.Success(message.Body)
            : target == typeof(string) ? ConversionResult.Success(message.Body.ToString())
            : target == typeof(byte[]) ? ConversionResult.Success(message.Body.ToArray())
            : JsonConverter.Read(options.Value.Serializer!, message.Body.ToMemory(), target);
    }
}

internal sealed class FunctionContextConverter : ImmediateConverter
{
    protected override ConversionResult Convert(ConverterContext context) =>
        context.TargetType == typeof(FunctionContext) ? ConversionResult.Success(context.FunctionContext) : ConversionResult.Unhandled();
}

internal sealed class AssignableConverter : ImmediateConverter
{
    protected override ConversionResult Convert(ConverterContext context) =>
        context.TargetType.IsInstanceOfType(context.Source) ? ConversionResult.Success(context.Source) : ConversionResult.Unhandled();
}

internal sealed class GuidConverter : ImmediateConverter
{
    protected override ConversionResult Convert(ConverterContext context) =>
        (context.TargetType == typeof(Guid) || context.TargetType == typeof(Guid?)) && context.Source is string text && Guid.TryParse(text, out Guid value)
            ? ConversionResult.Success(value)
            : ConversionResult.Unhandled();
}

internal sealed class DateConverter : ImmediateConverter
{
    protected override ConversionResult Convert(ConverterContext context)
    {
        if (context.Source is not string text)
            return ConversionResult.Unhandled();
        Type target = Nullable.GetUnderlyingType(context.TargetType) ?? context.TargetType;
        if (target == typeof(DateTimeOffset) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out DateTimeOffset moment))
            return ConversionResult.Success(moment);
        return target == typeof(DateTime) && DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime date)
            ? ConversionResult.Success(date)
            : ConversionResult.Unhandled();
    }
}

/// <summary>Bytes to text and text to bytes, as UTF-8.</summary>
internal sealed class BytesConverter : ImmediateConverter
{
    protected override ConversionResult Convert(ConverterContext context) => context switch
    {
        { Source: BinaryData data } when context.TargetType == typeof(string) => ConversionResult.Success(data.ToString()),
        { Source: BinaryData data } when context.TargetType == typeof(byte[]) => ConversionResult.Success(data.ToArray()),
        { Source: byte[] bytes } when context.TargetType == typeof(string) => ConversionResult.Success(Encoding.UTF8.GetString(bytes)),
        { Source: string text } when context.TargetType == typeof(byte[]) => ConversionResult.Success(Encoding.UTF8.GetBytes(text)),
        { Source: string text } when context.TargetType == typeof(BinaryData) => ConversionResult.Success(BinaryData.FromString(text)),
        _ => ConversionResult.Unhandled(),
    };
}

/// <summary>Any type but text from JSON, by the worker's serializer.</summary>
internal sealed class JsonConverter(IOptions<WorkerOptions> options) : ImmediateConverter
{
    public static ConversionResult Read(ObjectSerializer serializer, ReadOnlyMemory<byte> json, Type target)
    {
        try
        {
            return ConversionResult.Success(serializer.Deserialize(new BinaryData(json).ToStream(), target, CancellationToken.None));
        }
        catch (Exception error) when (error is System.Text.Json.JsonException or NotSupportedException or InvalidOperationException)
        {
            return ConversionResult.Failed(error);
        }
    }

    protected override ConversionResult Convert(ConverterContext context) => context.TargetType == typeof(string) ? ConversionResult.Unhandled() : context.Source switch
    {
        string text => Read(options.Value.Serializer!, Encoding.UTF8.GetBytes(text), context.TargetType),
        byte[] bytes => Read(options.Value.Serializer!, bytes, context.TargetType),
        BinaryData data => Read(options.Value.Serializer!, data.ToMemory(), context.TargetType),
        _ => ConversionResult.Unhandled(),
    };
}

internal sealed class CancellationConverter : ImmediateConverter
{
    protected override ConversionResult Convert(ConverterContext context) => context.TargetType == typeof(CancellationToken)
        ? ConversionResult.Success(context.FunctionContext.CancellationToken)
        : ConversionResult.Unhandled();
}
