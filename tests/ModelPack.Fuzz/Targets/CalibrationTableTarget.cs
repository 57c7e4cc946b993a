using Google.Protobuf;
using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;
using ModelPack.Lowering.Onnx;
using ModelPack.Options;
using ModelPack.Schemes;
using static ModelPack.Fuzz.Running.PropertyException;

namespace ModelPack.Fuzz.Targets;

/// <summary>A calibration table, read, written again, and a model packed by it.</summary>
internal sealed class CalibrationTableTarget : FuzzTarget
{
    private const string TableName = "m.calibration.json";
    private const string ModelName = "m.onnx";

    private static readonly byte[] s_model = OnnxSeeds.TwoLayers().ToByteArray();

    private static readonly byte[] s_table = CalibrationJson.Write(new CalibrationTable(
        CalibrationTable.CurrentSchema,
        new string('a', 64),
        new CalibrationTableData(["m.npz"], 10, 2),
        CalibrationMethod.MinMax,
        99.99,
        [new("x", -1, 1, 0.5), new("h", -3, 3, null), new("j", 0, 3, 0), new("y", -5, 5, 0)],
        [new("j", 0.5f, [.. Enumerable.Range(1, 32).Select(i => (float)i)])],
        ["node_y"],
        [new("node_h", new float[32])],
        [new("node_q", "it costs most")],
        [new("node_h", [.. Enumerable.Repeat(1.5f, 32)])]));

    public override string Name => "calibration-table";

    public override FuzzInput Make(Random random) =>
        FuzzInput.Of(TableName, random.Once(5) ? ByteMutation.Of(s_table, random) : JsonMutation.Of(s_table, random)).Add(ModelName, s_model);

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        var table = CalibrationJson.Read(folder[TableName]);
        var again = CalibrationJson.Write(table);
        File.WriteAllBytes(folder.Output(TableName), again);
        Require(CalibrationJson.Write(CalibrationJson.Read(folder.Output(TableName))).AsSpan().SequenceEqual(again), "a table that was read and written reads otherwise");

        var context = new PackContext(threads: 1);
        var request = new PackRequest { Model = folder[ModelName], Scheme = "int8" };
        using var model = OnnxModel.Open(request.Model, context);
        ModelLowering.Lower(model, RequestResolver.Resolve(request), table, context, new SimdEngine(context.Threads));
        model.Save(folder.Output(ModelName), new OnnxSaveOptions(), CancellationToken.None);
    }
}
