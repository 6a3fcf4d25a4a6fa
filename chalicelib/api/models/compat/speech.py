"""Shapes of the speech system's tasks: an envelope, and in it a task for each job."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from chalicelib.api.models.shapes import Answer, Query, Time, commas

TaskStatusName = Literal["uploading", "uploaded", "aligned", "completed", "pre-error"]


class SpeechError(Answer):
    status: Literal["error"] = "error"
    message: str
    code: str = Field(description="Millrace's error code, for programs.")
    request_id: str


class SpeechTasksQuery(Query):
    user_id: str | None = Field(None, max_length=100, description="Only the token's own user.")
    status_filter: Annotated[list[TaskStatusName], BeforeValidator(commas)] = Field(default_factory=list)
    limit: int = Field(50, ge=1, le=1_000_000, description="Values above 100 count as 100.")


class SpeechTask(Answer):
    task_id: str
    user_id: str
    task_status: TaskStatusName = Field(
        description="`uploading`: files are arriving; `uploaded`: all files have arrived, and the task waits for "
        "its user; `aligned`: queued or running; `pre-error`: failed or cancelled."
    )
    download_title: str
    download_date: Time
    trans_choice: Literal["comp-ling", "exp-a", "var-ling", "exp-b"] = Field(
        description="The option `transcripts`: `text`, `text_table`, `tiers`, `tiers_table`."
    )
    lang: str
    size: str = Field(description="Bytes of the files that have arrived, in digits.")
    missing_words: str = Field(description="The number of words without a pronunciation, in digits.")
    no_of_files: int
    words: int = Field(description="The number of words that were placed; 0 until then.")
    cost: float
    duration: int = Field(description="Seconds of sound; 0 until the task is aligned.")
    batch: bool = Field(description="Whether the transcripts are texts without times.")
    textgrid_url: str | None
    download_url: str | None
    has_missing_words: bool
    missing_dict_url: str | None
    missing_words_html_url: str | None
    created_at: Time
    updated_at: Time
    error_message: str | None = Field(description="The reason for `pre-error`.")


class SpeechTaskList(Answer):
    tasks: list[SpeechTask]
    total_count: int


class SpeechTasksAnswer(Answer):
    status: Literal["success"] = "success"
    data: SpeechTaskList


class SpeechTaskAnswer(Answer):
    status: Literal["success"] = "success"
    data: SpeechTask


class SpeechMissingWords(Answer):
    has_missing_words: bool
    html_content: str | None = Field(description="The words as an HTML table, escaped.")
    missing_words_count: int
    dict_path: str | None = Field(description="The address of the dictionary of suggestions.")


class SpeechMissingWordsAnswer(Answer):
    status: Literal["success"] = "success"
    data: SpeechMissingWords
