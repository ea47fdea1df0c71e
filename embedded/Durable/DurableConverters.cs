using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.DurableTask;

namespace Tidemark.Embedded;

/// <summary>The converters of parameters that durable attributes mark.</summary>
internal static class DurableConverters
{
    public static Type? Of(ParameterInfo parameter) =>
        parameter.IsDefined(typeof(DurableClientAttribute)) ? typeof(DurableClientConverter)
        : parameter.IsDefined(typeof(ActivityTriggerAttribute)) ? typeof(ActivityInputConverter)
        : null;
}

internal sealed class DurableClientConverter(HubClient client) : ImmediateConverter
{
    protected override ConversionResult Convert(ConverterContext context) => ConversionResult.Success(client);
}

/// <summary>The input of an activity, always from its JSON: a text is a JSON text too.</summary>
internal sealed class ActivityInputConverter(DataConverter converter) : ImmediateConverter
{
    protected override ConversionResult Convert(ConverterContext context)
    {
        if (context.Source is not string json)
            return ConversionResult.Unhandled();
        if (context.TargetType == typeof(FunctionContext))
            return ConversionResult.Success(context.FunctionContext);
        try
        {
            return ConversionResult.Success(converter.Deserialize(json, context.TargetType));
        }
        catch (Exception unreadable) when (unreadable is System.Text.Json.JsonException or NotSupportedException)
        {
            return ConversionResult.Failed(unreadable);
        }
    }
}

/// <summary>The input of an orchestrator, for the one parameter that nothing else binds.</summary>
internal sealed class OrchestrationInputConverter : ImmediateConverter
{
    protected override ConversionResult Convert(ConverterContext context) =>
        context.FunctionContext is Invocation { HttpContext: null, TriggerValue: OrchestrationContext orchestration }
            ? Made(orchestration.GetInput(context.TargetType))
            : ConversionResult.Unhandled();
}
