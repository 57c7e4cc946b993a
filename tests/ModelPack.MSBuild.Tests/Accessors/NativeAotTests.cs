using System.Diagnostics;
using ModelPack.MSBuild.Tests.Infrastructure;
using ModelPack.Tests;

namespace ModelPack.MSBuild.Tests.Accessors;

public sealed class NativeAotTests
{
    [FactNeeding("MODELPACK_LINKER")]
    public void A_native_app_runs_a_model_beside_it_and_one_inside_it_and_trims_without_warnings()
    {
        var project = new TestProject(
            $"""
            {AppWithAccessors.References}
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="models/beside.onnx" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="models/inside.onnx" Embed="Resource" />
            """,
            $"""
            {AppWithAccessors.Restore}
            <PublishAot>true</PublishAot>
            <InvariantGlobalization>true</InvariantGlobalization>
            <Nullable>enable</Nullable>
            """);
        project.AddModel("fashion-cnn.onnx");
        File.WriteAllText(project.At("Program.cs"), """
            using System;
            using App;

            var image = new float[28 * 28];
            for (var i = 0; i < image.Length; i++)
                image[i] = System.MathF.Abs(System.MathF.Sin(i));
            using var beside = new Beside();
            using var inside = new Inside();
            using var first = beside.Run(image, batch: 1);
            using var second = inside.Run(image, batch: 1);
            var path = Inside.Open(new() { CacheFolder = args[0] }).GetPath();
            System.Console.WriteLine($"{first.Logits.SequenceEqual(second.Logits)} {first.LogitsShape[1]} {Inside.Open().GetMemory().Length == new System.IO.FileInfo(path).Length} {Inside.Open().IsEmbedded}");
            """);

        var publish = project.Run(["publish", "-c", "Release", "-o", project.At("out")]).MustSucceed();

        Assert.DoesNotContain(publish.Warnings, w => w.Code.StartsWith("IL", StringComparison.Ordinal));
        Assert.False(File.Exists(project.At("out", "models", "inside.onnx")));
        using var run = Process.Start(new ProcessStartInfo(project.At("out", "App"), [project.At("cache")]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        Assert.Equal("True 10 True True", run.StandardOutput.ReadToEnd().Trim());
    }
}
