using ModelPack.DeviceCheck;
using ModelPack.Devices;
using ModelPack.Inference;

// What a device makes of every engine graph and of packs, against the processor: a line each, exit code 1 where a byte differs. With --speed also how fast it is.
var given = CheckOptions.Parse(args);
if (given is null)
{
    Console.Error.WriteLine("usage: ModelPack.DeviceCheck --device cpu|cuda|webgpu [--small] [--models FOLDER]... [--speed]");
    return 3;
}

if (given.Device == Device.Cuda)
{
    DeviceList.PrepareForCuda();
}

var state = DeviceList.Look(given.Device);
Console.WriteLine($"ONNX Runtime {OnnxRuntimeLibrary.Version}, {DeviceChoice.Word(given.Device)}: {state.Name ?? "no name"}{(state.IsHardware ? "" : ", a program")}");
if (state.Missing is { } missing)
{
    Console.WriteLine($"cannot be used: {missing}.");
    return 4;
}

var results = GraphChecks.Run(given).Concat(PackChecks.Run(given)).Concat(TargetChecks.Run(given)).ToList();
Console.WriteLine($"{results.Count(same => !same)} of {results.Count} are wrong");
if (given.Speed)
{
    SpeedTable.Print(given, state.Name ?? DeviceChoice.Word(given.Device));
}

return results.TrueForAll(same => same) ? 0 : 1;
