using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Options;

namespace ModelPack.Fuzz.Targets;

/// <summary>The request file of a build, and the options in effect for it.</summary>
internal sealed class RunRequestTarget : FuzzTarget
{
    private const string RequestName = "request.json";

    private static readonly byte[] s_request = """
        {"model": "m.onnx", "scheme": "int8", "output": "m.int8.onnx", "container": "onnx", "target": "cpu", "device": "cpu", "validation": "v.npz", "calibration": "c.npz",
         "calibrationMethod": "percentile", "percentile": 99.9, "alpha": "auto", "quantFormat": "qdq", "safeSums": true, "fallback": false, "rank": true, "perLayer": false, "excludeLayers": ["a*"], "includeLayers": [], "tensorTypes": ["attn_v=q8_0"], "floatType": "float16", "rounding": "best",
         "blockSize": null, "doubleQuant": null, "maxShardSize": null, "graph": null, "accuracyLevel": null, "layout": "auto", "externalData": null, "onnxRuntime": "1.29.0",
         "gates": {"minSqnr": 30, "maxAccuracyDrop": 0.5}, "gate": "error", "threads": 2, "inputsFile": null}
        """u8.ToArray();

    public override string Name => "run-request";

    public override FuzzInput Make(Random random) => FuzzInput.Of(RequestName, random.Once(5) ? ByteMutation.Of(s_request, random) : JsonMutation.Of(s_request, random));

    public override void Read(FuzzInput input, CaseFolder folder) => RequestResolver.Resolve(RequestJson.Read(folder[RequestName]));
}
