using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Http;

namespace Tidemark.Embedded;

/// <summary>Calls a function method: its instance (null where static), the invocation, and the values of converted parameters in order.</summary>
internal delegate ValueTask<object?> FunctionCall(object? instance, Invocation invocation, object?[] converted);

/// <summary>
/// Compiles the call of a function method. Parameters that need no conversion (request, context, cancellation, text of the
/// route) are read straight from the invocation; the others arrive converted.
/// </summary>
internal static class FunctionCallCompiler
{
    private static readonly ParameterExpression Instance = Expression.Parameter(typeof(object), "instance");
    private static readonly ParameterExpression Invocation = Expression.Parameter(typeof(Invocation), "invocation");
    private static readonly ParameterExpression Converted = Expression.Parameter(typeof(object[]), "converted");

    public static (FunctionCall Call, IReadOnlyList<ParameterBinder> Converted) Compile(FunctionEntry function, ConverterSet converters)
    {
        var converted = new List<ParameterBinder>();
        var arguments = new List<Expression>();
        foreach (ParameterInfo parameter in function.Method.GetParameters())
        {
            Expression? direct = converters.AreBuiltIn && !HasOwnConverter(parameter) ? Direct(function, parameter) : null;
            if (direct is null)
            {
                Expression value = Expression.ArrayIndex(Converted, Expression.Constant(converted.Count));
                converted.Add(new ParameterBinder(parameter, converters));
                direct = Expression.Convert(value, parameter.ParameterType);
            }
            arguments.Add(direct);
        }

        Expression? target = function.Method.IsStatic ? null : Expression.Convert(Instance, function.Method.ReflectedType!);
        Expression body = Returning(Expression.Call(target, function.Method, arguments));
        return (Expression.Lambda<FunctionCall>(body, Instance, Invocation, Converted).Compile(), converted);
    }

    /// <summary>Compiles <c>new T()</c>.</summary>
    public static Func<Invocation, object?> CompileNew(ConstructorInfo constructor) =>
        Expression.Lambda<Func<Invocation, object?>>(Expression.New(constructor), Invocation).Compile();

    private static bool HasOwnConverter(ParameterInfo parameter) =>
        parameter.IsDefined(typeof(InputConverterAttribute)) || parameter.ParameterType.IsDefined(typeof(InputConverterAttribute));

    private static Expression? Direct(FunctionEntry function, ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        if (type == typeof(FunctionContext))
            return Expression.Convert(Invocation, typeof(FunctionContext));
        if (function.Trigger is not HttpTriggerAttribute)
            return type == typeof(CancellationToken) ? Expression.Property(Invocation, nameof(FunctionContext.CancellationToken)) : null;

        // Reading a route value from these costs nothing; a trigger parameter that middleware bound is taken from there.
        Expression name = Expression.Constant(parameter.Name);
        if (type == typeof(HttpRequest))
            return Expression.Call(Invocation, nameof(Embedded.Invocation.Request), null, name);
        if (type == typeof(HttpRequestData))
            return Expression.Call(Invocation, nameof(Embedded.Invocation.BoundRequestData), null, name);
        if (type == typeof(CancellationToken))
            return Expression.Property(Invocation, nameof(FunctionContext.CancellationToken));
        if (type == typeof(string) && parameter != function.TriggerParameter)
            return Expression.Call(
                Invocation, nameof(Embedded.Invocation.Text), null, name, Expression.Constant(parameter.HasDefaultValue ? parameter.DefaultValue : null, typeof(string)));
        return null;
    }

    /// <summary>Makes a ValueTask&lt;object?&gt; of whatever the method returns.</summary>
    private static Expression Returning(Expression call)
    {
        Type type = call.Type;
        if (type == typeof(void))
            return Expression.Block(call, Expression.Default(typeof(ValueTask<object?>)));
        if (type == typeof(Task) || type == typeof(ValueTask))
            return Expression.Call(typeof(FunctionResult), nameof(FunctionResult.FromAsync), null, call);
        Type result = ReturnedClass.Unwrap(type);
        return result == type
            ? Expression.Call(typeof(FunctionResult), nameof(FunctionResult.From), null, Expression.Convert(call, typeof(object)))
            : Expression.Call(typeof(FunctionResult), nameof(FunctionResult.FromAsync), [result], call);
    }
}

/// <summary>Turns the shapes that functions return into one, without a state machine where they are complete already.</summary>
internal static class FunctionResult
{
    public static ValueTask<object?> From(object? value) => new(value);

    public static ValueTask<object?> FromAsync(Task task) => task.IsCompletedSuccessfully ? default : AwaitAsync(task);

    public static ValueTask<object?> FromAsync(ValueTask task) => task.IsCompletedSuccessfully ? default : AwaitAsync(task.AsTask());

    public static ValueTask<object?> FromAsync<T>(Task<T> task) => task.IsCompletedSuccessfully ? new(task.Result) : AwaitAsync(task);

    public static ValueTask<object?> FromAsync<T>(ValueTask<T> task) => task.IsCompletedSuccessfully ? new(task.Result) : AwaitAsync(task);

    private static async ValueTask<object?> AwaitAsync(Task task)
    {
        await task;
        return null;
    }

    private static async ValueTask<object?> AwaitAsync<T>(Task<T> task) => await task;

    private static async ValueTask<object?> AwaitAsync<T>(ValueTask<T> task) => await task;
}
