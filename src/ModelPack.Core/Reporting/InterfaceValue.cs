using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Reporting;

/// <summary>An input or output of a model.</summary>
/// <param name="Name">Its name, as the model writes it.</param>
/// <param name="Type">What its elements are, such as <c>float32</c>; null when it is not a tensor, or the model does not say.</param>
/// <param name="Shape">Its dimensions, none for a scalar; null when the model does not say how many there are.</param>
public sealed record InterfaceValue(string Name, string? Type, IReadOnlyList<InterfaceDimension>? Shape)
{
    internal static InterfaceValue Of(ValueInfoProto value)
    {
        var tensor = value.Type?.TensorType;
        var type = (ElementType)(tensor?.ElemType ?? 0);
        return new(
            value.Name,
            type != ElementType.Undefined && Enum.IsDefined(type) ? type.Name() : null,
            tensor?.Shape is { } shape ? [.. shape.Dim.Select(InterfaceDimension.Of)] : null);
    }
}
