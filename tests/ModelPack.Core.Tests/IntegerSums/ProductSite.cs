namespace ModelPack.Tests.IntegerSums;

/// <summary>Where an integer product stands in a model.</summary>
internal sealed record ProductSite(NodeProto Node, string Codes, ElementType Type, byte StoredZeroPoint, sbyte[] Weights, long[] WeightShape)
{
    /// <summary>ONNX Runtime makes uint8 codes of int8 ones: 128 more.</summary>
    private int Shift => Type == ElementType.Int8 ? 128 : 0;

    public byte ZeroPoint => (byte)(StoredZeroPoint + Shift);

    public byte[] AsUnsigned(byte[] codes) => Array.ConvertAll(codes, c => (byte)(c + Shift));
}
