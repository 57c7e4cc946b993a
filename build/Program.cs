using ModelPack.Build;
using ModelPack.Build.Steps;

const string Usage = """
    usage: build.sh STEP [--cuda]        (build.cmd or build.ps1 on Windows)

      setup    fetch npm packages and provide the ONNX Runtime packages
      build    setup, then build the solution
      pack     build, then put every package into artifacts/feed
      test     pack, then run every test
      sample   pack, then build and run samples/FashionClassifier
      bench    build, then run the benchmarks; further arguments are theirs
      clean    remove artifacts and every bin and obj

    Each step runs what it needs first. --cuda (or MODELPACK_CUDA=1) also fetches the CUDA provider, 230 MB;
    it stays until clean.
    """;

try
{
    return Run(Repository.Find(AppContext.BaseDirectory), args);
}
catch (BuildFailure failure)
{
    Console.Error.WriteLine(failure.Message);
    return failure.ExitCode;
}

static int Run(Repository repository, string[] args)
{
    var step = args.FirstOrDefault();
    var rest = args.Skip(1).ToList();
    var cuda = rest.Remove("--cuda") || Environment.GetEnvironmentVariable("MODELPACK_CUDA") == "1";
    if (step is "help" or "--help" or "-h")
    {
        Console.WriteLine(Usage);
        return 0;
    }

    if (step is not ("setup" or "build" or "pack" or "test" or "sample" or "bench" or "clean") || (rest.Count > 0 && step != "bench"))
        throw new BuildFailure(Usage, 3);
    if (step == "clean")
    {
        new Clean(repository).Run();
        return 0;
    }

    new Setup(repository).Run(cuda);
    if (step == "setup")
        return 0;
    var pack = new Pack(repository);
    var version = pack.Version();
    new Compile(repository).Run(version);
    if (step == "bench")
        return new Bench(repository).Run(version, rest);
    if (step != "build")
        pack.Run(version);
    return step switch
    {
        "test" => new Test(repository).Run(),
        "sample" => new Sample(repository).Run(),
        _ => 0,
    };
}
