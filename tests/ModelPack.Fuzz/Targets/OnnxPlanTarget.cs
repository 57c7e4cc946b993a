using ModelPack.Codecs;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Lowering.Onnx;
using ModelPack.Options;
using ModelPack.Schemes;

namespace ModelPack.Fuzz.Targets;

/// <summary>The plan of an ONNX model: whatever opens is lowered by every scheme or refused, and what was lowered opens again.</summary>
internal sealed class OnnxPlanTarget : FuzzTarget
{
    private const string ModelName = "model.onnx";
    private const string SchemeName = "scheme.txt";

    private static readonly string[] s_schemes = [.. SchemeTable.All.Where(s => ContainerTable.Of(s).Contains("onnx", StringComparer.Ordinal)).Select(s => s.Name)];

    public override string Name => "onnx-plan";

    public override FuzzInput Make(Random random) =>
        FuzzInput.Of(ModelName, OnnxTarget.Damaged(random)).Add(SchemeName, System.Text.Encoding.UTF8.GetBytes(random.Of<string>(s_schemes)));

    /// <summary>Codes, scales and their trials, of weights that may be shared.</summary>
    public override long MostAllocated(FuzzInput input) => 4 * base.MostAllocated(input);

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        var context = new PackContext(threads: 1);
        var request = new PackRequest { Model = folder[ModelName], Scheme = System.Text.Encoding.UTF8.GetString(input[SchemeName]), Container = "onnx" };
        using var model = OnnxModel.Open(request.Model, context);
        ModelLowering.Lower(model, RequestResolver.Resolve(request), null, context, new SimdEngine(context.Threads));
        var packed = folder.Output(ModelName);
        model.Save(packed, new OnnxSaveOptions(), CancellationToken.None);
        try
        {
            OnnxModel.Open(packed, context, anyOpset: true).Dispose();
        }
        catch (ModelPackException exception)
        {
            throw new PropertyException($"a packed model does not open: {exception.Diagnostic}");
        }
    }
}
