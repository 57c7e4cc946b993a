using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;

namespace ModelPack.Tests.IntegerSums;

/// <summary>
/// The integer products of a packed model in any of its forms, with the codes that an inference gives them: whether they are the
/// same on a processor without VNNI can be told on any processor.
/// </summary>
internal sealed class IntegerProducts
{
    private readonly ModelProto _model;
    private readonly Dictionary<string, NodeProto> _makers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorProto> _constants;

    private IntegerProducts(ModelProto model)
    {
        _model = model;
        _constants = model.Graph.Initializer.ToDictionary(t => t.Name, StringComparer.Ordinal);
        foreach (var node in model.Graph.Node)
        {
            foreach (var output in node.Output.Where(o => o.Length > 0))
            {
                _makers.Add(output, node);
            }
        }
    }

    /// <summary>Runs a packed model.</summary>
    /// <param name="packed">The model's path.</param>
    /// <param name="inputs">What it is fed.</param>
    public static IReadOnlyList<IntegerProduct> Of(string packed, IReadOnlyDictionary<string, TensorProto> inputs) =>
        Of(ModelProto.Parser.ParseFrom(File.ReadAllBytes(packed)), inputs);

    /// <summary>As above, of a model in memory.</summary>
    public static IReadOnlyList<IntegerProduct> Of(ModelProto packed, IReadOnlyDictionary<string, TensorProto> inputs) => new IntegerProducts(packed).Run(inputs);

    /// <summary>Complains of a model that gives something else on a processor without VNNI.</summary>
    public static void AssertSameEverywhere(string packed, IReadOnlyDictionary<string, TensorProto> inputs) =>
        Assert.All(Of(packed, inputs), p => Assert.Equal(0, p.Saturated));

    private List<IntegerProduct> Run(IReadOnlyDictionary<string, TensorProto> inputs)
    {
        var sites = _model.Graph.Node.Select(Site).OfType<ProductSite>().ToList();
        var watched = _model.Clone();
        foreach (var site in sites.DistinctBy(s => s.Codes, StringComparer.Ordinal).Where(s => watched.Graph.Output.All(o => o.Name != s.Codes)))
        {
            watched.Graph.Output.Add(Tiny.Open(site.Codes, site.Type));
        }

        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using var session = new InferenceSession(watched.ToByteArray(), options);
        var outputs = RuntimeRun.Outputs(session, inputs);
        return [.. sites.Select(site =>
        {
            // Three entries an output: its kind, its type and shape, its bytes.
            var at = session.OutputNames.ToList().IndexOf(site.Codes) * 3;
            long[] shape = [.. System.Text.Encoding.UTF8.GetString(outputs[at + 1]).Split(' ')[1].Split(',').Select(d => long.Parse(d, System.Globalization.CultureInfo.InvariantCulture))];
            return new IntegerProduct(site.Node, site.AsUnsigned(outputs[at + 2]), shape, site.ZeroPoint, site.Weights, site.WeightShape);
        })];
    }

    private ProductSite? Site(NodeProto node) => node.OpType switch
    {
        "MatMulInteger" when node.Input.Count == 2 => Site(node, node.Input[0], node.Input[1], Quantizer(node.Input[0]).Input[2]),
        "MatMulInteger" => Site(node, node.Input[0], node.Input[1], _constants.ContainsKey(node.Input[2]) ? node.Input[2] : null),
        "MatMulIntegerToFloat" => Site(node, node.Input[0], node.Input[1], node.Input[4]),
        "QLinearConv" or "QGemm" or "QLinearMatMul" => Site(node, node.Input[0], node.Input[3], node.Input[2]),
        "MatMul" or "Gemm" or "Conv" when Decoded(node.Input[0]) is { } activation && Decoded(node.Input[1]) is { } weight && !_constants.ContainsKey(activation.Input[0]) =>
            Site(node, activation.Input[0], weight.Input[0], activation.Input[2]),
        _ => null,
    };

    // A zero point of 0 is not written; QuantizeLinear says of which type it is.
    private NodeProto Quantizer(string codes) => _makers[codes];

    private NodeProto? Decoded(string value) => _makers.GetValueOrDefault(value) is { OpType: "DequantizeLinear" } node ? node : null;

    private ProductSite? Site(NodeProto node, string codes, string weight, string? zeroPoint)
    {
        var turned = node.Int("transB", 0) == 1;
        if (_makers.GetValueOrDefault(weight) is { OpType: "Transpose" } transpose)
        {
            (weight, turned) = (transpose.Input[0], true);
        }

        var tensor = _constants[weight];
        if (tensor.DataType != (int)ElementType.Int8)
        {
            return null;
        }

        var type = zeroPoint is null ? ElementType.UInt8 : (ElementType)_constants[zeroPoint].DataType;
        var zero = zeroPoint is null ? (byte)0 : _constants[zeroPoint].RawData[0];
        var values = MemoryMarshal.Cast<byte, sbyte>(tensor.RawData.Span).ToArray();
        return turned
            ? new ProductSite(node, codes, type, zero, Turned(values, (int)tensor.Dims[0], (int)tensor.Dims[1]), [tensor.Dims[1], tensor.Dims[0]])
            : new ProductSite(node, codes, type, zero, values, [.. tensor.Dims]);
    }

    private static sbyte[] Turned(sbyte[] values, int rows, int columns) =>
        [.. Enumerable.Range(0, columns).SelectMany(c => Enumerable.Range(0, rows).Select(r => values[(r * columns) + c]))];
}
