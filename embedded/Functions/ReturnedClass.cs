using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Azure.Functions.Worker.Http;

namespace Tidemark.Embedded;

/// <summary>A returned class whose properties are outputs, and at most one of them the HTTP response.</summary>
internal sealed class ReturnedClass
{
    private readonly Dictionary<string, Func<object, object?>> getters;

    private ReturnedClass(IEnumerable<PropertyInfo> outputs, PropertyInfo? httpResult)
    {
        getters = outputs.ToDictionary(p => p.Name, Getter);
        HttpResult = httpResult is null ? null : new HttpProperty(httpResult.Name, Getter(httpResult));
    }

    public HttpProperty? HttpResult { get; }

    /// <summary>The class that <paramref name="method"/> returns; null where it has no output and no HTTP response.</summary>
    public static ReturnedClass? Of(MethodInfo method)
    {
        Type type = Unwrap(method.ReturnType);
        List<PropertyInfo> outputs = [.. OutputProperties(type)];
        PropertyInfo? http = HttpProperties(type).FirstOrDefault();
        return outputs.Count == 0 && http is null ? null : new ReturnedClass(outputs, http);
    }

    /// <summary>T of Task&lt;T&gt; and ValueTask&lt;T&gt;, void of Task and ValueTask, else the type itself.</summary>
    public static Type Unwrap(Type type)
    {
        if (type == typeof(Task) || type == typeof(ValueTask))
            return typeof(void);
        Type? open = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        return open == typeof(Task<>) || open == typeof(ValueTask<>) ? type.GetGenericArguments()[0] : type;
    }

    public static IEnumerable<PropertyInfo> OutputProperties(Type type) =>
        Properties(type).Where(p => p.IsDefined(typeof(OutputBindingAttribute), inherit: true));

    public static IEnumerable<PropertyInfo> HttpProperties(Type type) => Properties(type).Where(p =>
        p.IsDefined(typeof(HttpResultAttribute), inherit: true) || typeof(HttpResponseData).IsAssignableFrom(p.PropertyType));

    /// <summary>Values in the order of <paramref name="outputs"/>.</summary>
    public object?[] Values(object returned, IReadOnlyList<FunctionOutput> outputs)
    {
        object?[] values = new object?[outputs.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = getters[outputs[i].Name](returned);
        return values;
    }

    private static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.Assembly == typeof(object).Assembly ? [] : type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanRead);

    private static Func<object, object?> Getter(PropertyInfo property)
    {
        ParameterExpression returned = Expression.Parameter(typeof(object));
        Expression value = Expression.Property(Expression.Convert(returned, property.DeclaringType!), property);
        return Expression.Lambda<Func<object, object?>>(Expression.Convert(value, typeof(object)), returned).Compile();
    }

    internal sealed record HttpProperty(string Name, Func<object, object?> Get);
}
