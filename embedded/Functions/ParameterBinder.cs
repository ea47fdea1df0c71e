using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;

namespace Tidemark.Embedded;

/// <summary>Makes the value of a parameter that needs a converter.</summary>
internal sealed class ParameterBinder(ParameterInfo parameter, ConverterSet converters)
{
    private readonly IReadOnlyList<IInputConverter> chain = converters.For(parameter);

    /// <summary>The value, or the reason why there is none.</summary>
    public async ValueTask<(object? Value, string? Error)> BindAsync(Invocation invocation)
    {
        if (invocation.TryGetBound(parameter.Name!, out object? bound))
            return (bound, null);
        object? source = invocation.Source(parameter);
        ConversionResult result = await ConvertAsync(new Conversion(parameter.ParameterType, source, invocation));
        return result.Status switch
        {
            ConversionStatus.Succeeded => (result.Value, null),
            ConversionStatus.Failed when source is not null => (null, Explain(source, result.Error!)),
            _ => Missing(),
        };
    }

    private async ValueTask<ConversionResult> ConvertAsync(Conversion conversion)
    {
        foreach (IInputConverter converter in chain)
        {
            ConversionResult result = await converter.ConvertAsync(conversion);
            if (result.Status != ConversionStatus.Unhandled)
                return result;
        }
        return ConversionResult.Unhandled();
    }

    private (object? Value, string? Error) Missing()
    {
        if (parameter.HasDefaultValue)
            return (parameter.DefaultValue, null);
        Type type = parameter.ParameterType;
        return !type.IsValueType || Nullable.GetUnderlyingType(type) is not null
            ? (null, null)
            : (null, $"Could not populate the value for '{parameter.Name}' parameter. Consider adding a default value to the parameter or making the parameter nullable.");
    }

    private string Explain(object source, Exception error) =>
        $"Cannot convert input parameter '{parameter.Name}' to type '{parameter.ParameterType.FullName}' from type '{source.GetType().FullName}'. Error:{error}";

    private sealed class Conversion(Type target, object? source, Invocation invocation) : ConverterContext
    {
        private static readonly Dictionary<string, object> None = [];

        public override Type TargetType { get; } = target;

        public override object? Source { get; } = source;

        public override FunctionContext FunctionContext { get; } = invocation;

        public override IReadOnlyDictionary<string, object> Properties => None;
    }
}
