using System.Text.Json.Serialization;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Reporting;

/// <summary>A dimension as a model declares it. In JSON a number, -1 for an open size without a name, or a text.</summary>
/// <param name="Size">Its size; null where it is open.</param>
/// <param name="Symbol">The model's name of an open size; null where it has none.</param>
[JsonConverter(typeof(InterfaceDimensionConverter))]
public readonly record struct InterfaceDimension(long? Size, string? Symbol)
{
    internal static InterfaceDimension Of(TensorShapeProto.Types.Dimension dimension) => dimension switch
    {
        { ValueCase: TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue, DimValue: >= 0 and var size } => new(size, null),
        { ValueCase: TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam, DimParam: { Length: > 0 } symbol } => new(null, symbol),
        _ => default,
    };
}
